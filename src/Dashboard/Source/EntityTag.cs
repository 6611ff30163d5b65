using System.Security.Cryptography;

namespace Orchestrator.Dashboard.Source;

/// <summary>Tags of contents (RFC 9110, ETag), by which a client is not sent what it has.</summary>
internal static class EntityTag
{
    /// <summary>The tag of a content.</summary>
    public static string Of(ReadOnlySpan<byte> content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"";

    /// <summary>Puts the tag on an answer, which is 304 and complete where the client has the content.</summary>
    public static bool IsKnown(HttpContext context, string tag)
    {
        context.Response.Headers.ETag = tag;
        if (!HttpMethods.IsGet(context.Request.Method) || !context.Request.Headers.IfNoneMatch.Contains(tag))
        {
            return false;
        }
        context.Response.StatusCode = StatusCodes.Status304NotModified;
        return true;
    }
}
