"""Systems whose pages are empty until a script builds them from JSON, known by that JSON.

Each is known from one portal, by programs of others that read it: their addresses and the names of
the fields. What none of them shows (a pager, the address of a list) is left out, and found from
the row of the portal or from its page.
"""

from __future__ import annotations

import json

from portals.extraction.json_article import JsonFields
from portals.families.family import Family
from portals.families.json_system import JsonDetail, JsonList, JsonMenu, JsonSystem

POSTSBYCATEGORY = Family(
    name="postsbycategory",
    title="PostsByCategory",
    themes=(),
    external_id=r"---id(\d+)",
    article_path=r"^/tin-tuc/[^/]*---id\d+/?$",
    listings=(r"^/chuyen-muc(?:/[^/]*---id\d+)?/?$",),
    json=JsonSystem(
        api="https://api-portal.moha.gov.vn/api/Public/",
        menu=JsonMenu("MenuDetail?ID=2794", ("childs", "data.childs"), ("URL", r"---id(\d+)")),
        sections=("12", "13", "14"),
        section_pattern=r"^/chuyen-muc/[^/]*---id(\d+)",
        sign=r"/api/Public/(?:MenuDetail|PostsByCategory|PostDetail)\b",
        listing=JsonList(
            address="PostsByCategory?ID={section}&skip={offset}&take={size}&requireTotalCount=true",
            items=("data",),
            total="totalCount",
            paging="offset",
            public="/tin-tuc/{TieuDe:slug}---id{ID}",
            title=("TieuDe",),
        ),
        detail=JsonDetail(
            public=r"---id(\d+)",
            address="PostDetail?ID={key}",
            fields=JsonFields(
                title=("data.TieuDe",),
                body=("data.NoiDung",),
                date=("data.NgayXuatBan",),
                lead=("data.MoTa",),
                section=("data.ChuyenMuc.TenChuyenMuc",),
            ),
        ),
    ),
)
"""The portal of the ministry of home affairs. Its number alone identifies an article.

``totalCount`` is what DevExtreme, whose parameters the list has, calls it.
"""

ARTICLEREADS = Family(
    name="articlereads",
    title="ArticleReads",
    themes=(),
    article_path=r"^(?:/[^/]+){3}/?$",
    listings=(r"^(?:/[^/]+){1,2}/?$",),
    json=JsonSystem(
        api="/api/",
        sections=("bo-tai-chinh",),
        sign=r"/api/article/(?:reads|getbyslug)\b",
        listing=JsonList(
            address="article/reads?offset={offset}&limit={size}",
            body='{"rootSlug": "{section}"}',
            items=("data",),
            total="total",
            paging="offset",
            public="/{rootCategorySlug}/{categorySlug}/{slug}",
            defaults={"rootCategorySlug": "bo-tai-chinh", "categorySlug": "tin-tuc"},
            title=("title",),
            date=("publicationTime",),
        ),
        detail=JsonDetail(
            public=r"/([^/]+)/?$",
            address="article/getbyslug?slug={key}",
            fields=JsonFields(
                title=("data.title",),
                body=("data.articleContent.Content", "data.articleContent"),
                date=("data.publicationTime",),
                lead=("data.description",),
                author=("data.author",),
                source=("data.source",),
                section=("data.articleCategory.name",),
                image=("data.imageLink",),
                files=("data.attachments",),
                file_url=("link",),
                file_title=("name",),
            ),
        ),
    ),
)
"""The portal of the ministry of finance. The text is a JSON object inside a text."""

PUBARTICLES = Family(
    name="pubarticles",
    title="PubArticles",
    themes=(),
    article_path=r"^/articles/[^/]+/?$",
    json=JsonSystem(
        api="/api/pub/",
        sign=r"[\"'(=](/api/pub/articles(?!/slug)[^\"'\s<>)]*)",
        listing=JsonList(items=("rows",), public="/articles/{slug}", title=("title",)),
        detail=JsonDetail(
            public=r"^/articles/([^/]+)",
            address="articles/slug?slug={key}&pageSize=5",
            fields=JsonFields(
                title=("article.title",),
                body=("article.content",),
                date=("article.published_date",),
            ),
        ),
    ),
)
"""The police of Hòa Bình. The address of its list is not known, nor how that turns its pages; the
name of the date is from a program that no longer uses it.
"""

NEWSBYSLUG = Family(
    name="newsbyslug",
    title="NewsBySlug",
    themes=(),
    article_path=r"^/tin-bai/[^/]+/[^/]+/?$",
    listings=(r"^/tin-tuc/[^/]+/?$",),
    json=JsonSystem(
        api="https://api-dienbien.baodienbienphu.vn/api/web/",
        menu=JsonMenu("menu-get-list", ("data.list",), ("menu_slug", r"^(\S+)$")),
        section_pattern=r"^/tin-tuc/([^/]+)",
        sign=r"/api/web/(?:menu-get-list|article-get-news-by-category-slug)\b",
        listing=JsonList(
            address="article-get-news-by-category-slug?category_slug={section}&limit={size}",
            items=("data.list",),
            paging="size",
            size=48,
            public="/{article_type_slug}/{category_slug}/{article_slug}",
            defaults={"article_type_slug": "tin-bai"},
            expected=("status", 1),
        ),
    ),
)
"""The paper of Điện Biên. A list takes the number of articles and no page; articles are pages."""

BAIVIET = Family(
    name="baiviet",
    title="BaiViet",
    themes=(),
    external_id=r"/bai-viet/[^/?]+\.(\d+)(?:$|[?#])",
    article_path=r"^/bai-viet/[^/]+\.\d+/?$",
    listings=(r"^/chuyen-muc/[^/]+/?$",),
    json=JsonSystem(
        section_pattern=r"/(\d+)$",
        sign=r"[\"'(=](/[^\"'\s<>)]*/\d+)[\"'][^<>]{0,200}[\"']?pageSize\b",
        listing=JsonList(
            body='{"page": {page}, "pageSize": {size}, "filters": {"category_id": "{section}"}}',
            items=("data",),
            paging="page",
            size=5,
            public="/bai-viet/{slug}.{id}",
            title=("title",),
        ),
    ),
)
"""The youth union of Hậu Giang, on Next.js. The address of a list ends in the section's number."""

_POST = "title slug date content categories{nodes{name}} featuredImage{node{mediaItemUrl}}"
_POSTS = (
    "query GetPosts($size: Int!, $offset: Int!) {posts(where: {offsetPagination: {size: $size,"
    " offset: $offset}}) {pageInfo{offsetPagination{hasMore total}} nodes{excerpt " + _POST + "}}}"
)
_ONE = "query GetPostBySlug($id: ID!) {post(id: $id, idType: SLUG) {excerpt " + _POST + "}}"


def _query(text: str, variables: str) -> str:
    return f'{{"query": {json.dumps(text)}, "variables": {variables}}}'


def _post_fields(around: str = "") -> JsonFields:
    return JsonFields(
        title=(f"{around}title",),
        body=(f"{around}content",),
        date=(f"{around}date",),
        lead=(f"{around}excerpt",),
        section=(f"{around}categories.nodes.name",),
        image=(f"{around}featuredImage.node.mediaItemUrl",),
    )


WPGRAPHQL = Family(
    name="wpgraphql",
    title="WPGraphQL",
    themes=(),
    article_path=r"^/(?:[^/?-]+-){3,}[^/?-]+/?$",
    json=JsonSystem(
        api="https://noidung.dhcongdoan.vn/",
        sections=("",),
        sign=r"\boffsetPagination\b",
        listing=JsonList(
            address="graphql",
            body=_query(_POSTS, '{"size": {size}, "offset": {offset}}'),
            items=("data.posts.nodes",),
            total="data.posts.pageInfo.offsetPagination.total",
            paging="offset",
            public="/{slug}",
            title=("title",),
            date=("date",),
            fields=_post_fields(),
        ),
        detail=JsonDetail(
            public=r"^/([^/]+)/?$",
            address="graphql",
            body=_query(_ONE, '{"id": "{key}"}'),
            fields=_post_fields("data.post."),
        ),
    ),
)
"""WordPress behind GraphQL: the lists hold whole articles. Its dates have no zone, that of the
site."""

SCRIPT_BUILT = (
    POSTSBYCATEGORY, ARTICLEREADS, PUBARTICLES, NEWSBYSLUG, BAIVIET, WPGRAPHQL,
)  # fmt: skip
