using System.Security.Cryptography;

namespace Orchestrator.Network;

/// <summary>
/// Signature (version 4) of a request to Amazon Web Services. The sandboxed program signs with a placeholder, and the proxy signs again
/// with the key. Source: "Create a signed AWS API request" in Amazon's documentation.
/// </summary>
/// <param name="KeyId">Id of the access key.</param>
/// <param name="Scope">Date, region, service and <c>aws4_request</c>, separated by slashes.</param>
/// <param name="Headers">Lower-case names of the signed headers.</param>
internal sealed record AmazonSignature(string KeyId, string Scope, IReadOnlyList<string> Headers)
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private const string Token = "x-amz-security-token";
    private const string Time = "x-amz-date";
    private const string ContentHash = "x-amz-content-sha256";
    private const int ScopeParts = 4;

    /// <summary>Parses the value of an <c>Authorization</c> header. Returns null if it is not a version 4 signature.</summary>
    public static AmazonSignature? TryParse(string authorization)
    {
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            return null;
        }
        var parts = authorization[Algorithm.Length..]
            .Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .ToList();
        return
            Part("Credential")?.Split('/', 2) is [var id, var scope]
            && scope.Split('/') is { Length: ScopeParts } and [.., "aws4_request"]
            && Part("SignedHeaders") is { Length: > 0 } headers
            ? new AmazonSignature(id, scope, headers.Split(';'))
            : null;

        string? Part(string name) => parts.Find(part => part[0] == name) is [_, var value] ? value : null;
    }

    /// <summary>Signs a request again, with the proxy's key instead of the placeholder.</summary>
    /// <param name="method">Method of the request.</param>
    /// <param name="address">Address of the request at the service.</param>
    /// <param name="sent">Headers of the program's request.</param>
    /// <param name="service">Service with the key and its identity.</param>
    /// <returns>Headers of the signed request, or null if the program signed neither the time nor the hash of the content.</returns>
    public IReadOnlyList<(string Name, string Value)>? Renew(
        string method,
        Uri address,
        IReadOnlyList<(string Name, string Value)> sent,
        EndpointWithApiKey service
    )
    {
        var identity = service.Identity!;
        List<(string Name, string Value)> headers =
        [
            .. sent.Where(header => !Is(header.Name, Token) && !Is(header.Name, "authorization") && !Is(header.Name, "host")),
            ("host", address.IsDefaultPort ? address.IdnHost : $"{address.IdnHost}:{address.Port}"),
        ];
        if (identity.SessionToken is { } token)
        {
            headers.Add((Token, token));
        }
        string[] names =
        [
            .. Headers.Where(name => name != Token).Concat(identity.SessionToken is null ? [] : [Token]).Order(StringComparer.Ordinal),
        ];
        if (ValueOf(Time) is not { } time || ValueOf(ContentHash) is not { } hash || !names.Contains(Time) || !names.Contains(ContentHash))
        {
            return null;
        }
        var signed = string.Join(';', names);
        var canonical = string.Join(
            '\n',
            [method, PathOf(address), QueryOf(address), .. names.Select(name => $"{name}:{ValueOf(name)}"), "", signed, hash]
        );
        var text = $"{Algorithm}\n{time}\n{Scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + service.Key), Hash);
        var signature = Convert.ToHexStringLower(Hash(key, text));
        headers.Add(("authorization", $"{Algorithm} Credential={identity.KeyId}/{Scope}, SignedHeaders={signed}, Signature={signature}"));
        return headers;

        string? ValueOf(string name) =>
            headers.Where(header => Is(header.Name, name)).Select(header => Trim(header.Value)).ToList() is { Count: > 0 } values
                ? string.Join(',', values)
                : null;
    }

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);

    private static string Trim(string value) => string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static byte[] Hash(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    // Each segment is encoded again, except for Amazon S3.
    private static string PathOf(Uri address) => string.Join('/', address.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string QueryOf(Uri address) =>
        string.Join(
            '&',
            address
                .Query.TrimStart('?')
                .Split('&', StringSplitOptions.RemoveEmptyEntries)
                .Select(pair => pair.Split('=', 2))
                .Select(pair => $"{Encode(pair[0])}={(pair.Length > 1 ? Encode(pair[1]) : "")}")
                .Order(StringComparer.Ordinal)
        );

    private static string Encode(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));
}
