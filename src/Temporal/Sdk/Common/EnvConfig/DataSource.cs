using System.Text;

namespace Temporalio.Common.EnvConfig;

/// <summary>Bytes that are given, or a file that holds them.</summary>
public sealed class DataSource
{
    private DataSource(string? path, byte[]? data)
    {
        Path = path;
        Data = data;
    }

    /// <summary>The file; null when the bytes are given.</summary>
    public string? Path { get; }

    /// <summary>The bytes; null when a file is named.</summary>
    public byte[]? Data { get; }

    /// <summary>Names a file, which is read when its bytes are asked for.</summary>
    public static DataSource FromPath(string path) => new(path, null);

    /// <summary>Takes bytes.</summary>
    public static DataSource FromBytes(byte[] data) => new(null, data);

    /// <summary>Takes a text's bytes.</summary>
    public static DataSource FromUTF8String(string content) => new(null, Encoding.UTF8.GetBytes(content));

    /// <summary>Reads <c>path</c> or <c>data</c>.</summary>
    /// <exception cref="ArgumentException">There is neither, or both.</exception>
    public static DataSource FromDictionary(IReadOnlyDictionary<string, string> dictionary) =>
        dictionary.TryGetValue("path", out var path)
            ? dictionary.ContainsKey("data")
                ? throw new ArgumentException("Cannot specify both 'path' and 'data' of a data source.", nameof(dictionary))
                : FromPath(path)
            : dictionary.TryGetValue("data", out var data)
                ? FromUTF8String(data)
                : throw new ArgumentException("A data source has a 'path' or 'data'.", nameof(dictionary));

    /// <summary>The bytes, read from the file if one is named.</summary>
    public byte[] GetBytes() => Data ?? File.ReadAllBytes(Path!);

    /// <summary>Writes <c>path</c> or <c>data</c>.</summary>
    public Dictionary<string, string> ToDictionary() =>
        Path is { } path ? new() { ["path"] = path } : new() { ["data"] = Encoding.UTF8.GetString(Data!) };
}
