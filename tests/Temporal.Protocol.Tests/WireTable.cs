using System.IO.Compression;

namespace Temporal.Protocol.Tests;

/// <summary>The published facts of the wire: one tab-separated line per message, field, enum value and RPC.</summary>
internal static class WireTable
{
    /// <summary>All lines of the embedded table.</summary>
    public static IReadOnlyList<string[]> Read()
    {
        using var resource =
            typeof(WireTable).Assembly.GetManifestResourceStream("wire.tsv.gz")
            ?? throw new InvalidOperationException("The resource wire.tsv.gz is missing from the test assembly.");
        using var gunzip = new GZipStream(resource, CompressionMode.Decompress);
        using var reader = new StreamReader(gunzip);
        var lines = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line.Split('\t'));
        }

        return lines;
    }

    /// <summary>The lines of one kind (<c>message</c>, <c>field</c>, <c>enum</c>, <c>rpc</c>) as text, kind left out.</summary>
    public static HashSet<string> Of(string kind) =>
        Read().Where(line => line[0] == kind).Select(line => string.Join(' ', line[1..]).TrimEnd()).ToHashSet();
}
