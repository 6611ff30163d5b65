using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Processes;

/// <summary>
/// Reads stored JSON that a power failure, the user or another version of this program may have made invalid. Invalid content is treated as
/// a missing file, so null is returned.
/// </summary>
public static class StoredJsonReader
{
    /// <summary>Returns the value in a file, or null if the file is missing or its content is invalid.</summary>
    public static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class => SmallFileReader.TryRead(path) is { } json ? TryParse(json, type) : null;

    /// <summary>Parses JSON in UTF-8, or returns null if the JSON is invalid.</summary>
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

    /// <summary>Parses JSON text, or returns null if the text is invalid.</summary>
    public static T? TryParse<T>(string text, JsonTypeInfo<T> type)
        where T : class => TryParse(Encoding.UTF8.GetBytes(text), type);

    /// <summary>Returns the JSON metadata of a type for the given serializer options.</summary>
    public static JsonTypeInfo<T> TypeOf<T>(this JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
