using System.Security.Cryptography;

namespace Orchestrator.Dashboard.Source;

/// <summary>Computes entity tags (RFC 9110, ETag), so that clients don't receive content they already have.</summary>
internal static class EntityTag
{
    /// <summary>Returns the entity tag for the given content.</summary>
    public static string Of(ReadOnlySpan<byte> content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content))[..32]}\"";

    /// <summary>
    /// Adds an entity tag to a response. For a GET request from a client that already has the content, also sets status 304 and returns
    /// true.
    /// </summary>
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
