using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Processes;

/// <summary>Reads stored JSON, which a power cut, a person or another version may have damaged: anything invalid is null, as if it were
/// missing.</summary>
public static class StoredJson
{
    /// <summary>The value in a file; null, too, where there is no file.</summary>
    public static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class => SmallFile.TryRead(path) is { } json ? TryParse(json, type) : null;

    /// <summary>The value of a text in UTF-8.</summary>
    public static T? TryParse<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The value of a text.</summary>
    public static T? TryParse<T>(string text, JsonTypeInfo<T> type)
        where T : class => TryParse(Encoding.UTF8.GetBytes(text), type);

    /// <summary>The metadata of a type under these options.</summary>
    public static JsonTypeInfo<T> TypeOf<T>(this JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
