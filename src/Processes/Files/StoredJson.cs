using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Orchestrator.Processes;

/// <summary>Reads stored JSON that may have been damaged by a power cut, the user or another version. Invalid content is returned as null,
/// like a missing file.</summary>
public static class StoredJson
{
    /// <summary>Returns the value in a file, or null if the file is missing or invalid.</summary>
    public static T? TryRead<T>(string path, JsonTypeInfo<T> type)
        where T : class => SmallFile.TryRead(path) is { } json ? TryParse(json, type) : null;

    /// <summary>Returns the value of UTF-8 text, or null if it is invalid.</summary>
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

    /// <summary>Returns the value of a text, or null if it is invalid.</summary>
    public static T? TryParse<T>(string text, JsonTypeInfo<T> type)
        where T : class => TryParse(Encoding.UTF8.GetBytes(text), type);

    /// <summary>Returns the metadata of a type with these options.</summary>
    public static JsonTypeInfo<T> TypeOf<T>(this JsonSerializerOptions options) => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
