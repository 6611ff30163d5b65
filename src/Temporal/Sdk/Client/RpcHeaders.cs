namespace Temporalio.Client;

/// <summary>Headers of calls.</summary>
internal static class RpcHeaders
{
    /// <summary>Name this library gives itself at the server.</summary>
    public const string ClientName = "temporal-dotnet-managed";

    /// <summary>Version this library gives itself at the server.</summary>
    public static string ClientVersion { get; } = typeof(RpcHeaders).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>All headers of one call in a namespace, if in one; those of the call win over those of the connection.</summary>
    public static List<KeyValuePair<string, string>> Of(
        string? ns,
        string? apiKey,
        IReadOnlyCollection<KeyValuePair<string, string>> metadata,
        IReadOnlyCollection<KeyValuePair<string, byte[]>> binaryMetadata,
        RpcOptions? options
    )
    {
        var headers = new List<KeyValuePair<string, string>>(4) { new("client-name", ClientName), new("client-version", ClientVersion) };
        if (ns is { Length: > 0 })
        {
            headers.Add(new("temporal-namespace", ns));
        }

        if (apiKey is not null && !Has(metadata, "authorization") && !Has(options?.Metadata, "authorization"))
        {
            headers.Add(new("authorization", $"Bearer {apiKey}"));
        }

        foreach (var (name, value) in metadata)
        {
            Set(headers, name, value, options?.Metadata);
        }

        foreach (var (name, value) in options?.Metadata ?? [])
        {
            Set(headers, name, value, null);
        }

        foreach (var (name, value) in binaryMetadata.Concat(options?.BinaryMetadata ?? []))
        {
            Set(headers, name, Convert.ToBase64String(value), null);
        }

        return headers;
    }

    private static void Set(
        List<KeyValuePair<string, string>> headers,
        string name,
        string value,
        IReadOnlyCollection<KeyValuePair<string, string>>? stronger
    )
    {
        var lower = name.ToLowerInvariant();
        if (Has(stronger, lower))
        {
            return;
        }

        headers.RemoveAll(header => header.Key == lower);
        headers.Add(new(lower, value));
    }

    private static bool Has(IReadOnlyCollection<KeyValuePair<string, string>>? headers, string name) =>
        headers?.Any(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) ?? false;
}
