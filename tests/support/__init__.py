"""What tests share: servers, commands, pages, faults. No test is here, and no test is imported."""
