using System.Collections.Concurrent;
using System.Reflection;
using Google.Protobuf;

namespace Temporalio.Client;

/// <summary>Headers of calls.</summary>
internal static class RpcHeaders
{
    /// <summary>Name this library gives itself at the server.</summary>
    public const string ClientName = "temporal-dotnet-managed";

    private static readonly ConcurrentDictionary<Type, Func<IMessage, string>?> Namespaces = new();

    /// <summary>Version this library gives itself at the server.</summary>
    public static string ClientVersion { get; } = typeof(RpcHeaders).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>All headers of one call; those of the call win over those of the connection.</summary>
    public static List<KeyValuePair<string, string>> Of(
        IMessage request,
        string? apiKey,
        IReadOnlyCollection<KeyValuePair<string, string>> metadata,
        IReadOnlyCollection<KeyValuePair<string, byte[]>> binaryMetadata,
        RpcOptions? options)
    {
        var headers = new List<KeyValuePair<string, string>>(4)
        {
            new("client-name", ClientName),
            new("client-version", ClientVersion),
        };
        if (NamespaceOf(request) is { Length: > 0 } ns)
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

    private static void Set(List<KeyValuePair<string, string>> headers, string name, string value, IReadOnlyCollection<KeyValuePair<string, string>>? stronger)
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

    // Requests say their namespace in a field of that name; reflection on the property is paid once per type.
    public static string? NamespaceOf(IMessage request) => Namespaces.GetOrAdd(request.GetType(), static type =>
    {
        var getter = type.GetProperty("Namespace", typeof(string))?.GetMethod;
        return getter is null
            ? null
            : (Func<IMessage, string>)Bind.MakeGenericMethod(type).Invoke(null, [getter])!;
    })?.Invoke(request);

    private static readonly MethodInfo Bind = typeof(RpcHeaders).GetMethod(nameof(BindGetter), BindingFlags.NonPublic | BindingFlags.Static)!;

    private static Func<IMessage, string> BindGetter<T>(MethodInfo getter)
        where T : IMessage
    {
        var read = getter.CreateDelegate<Func<T, string>>();
        return message => read((T)message);
    }
}
