using System.IO.Compression;
using System.Reflection;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>The list of the official SDK's public types and members.</summary>
internal static class OfficialSurface
{
    private static readonly string[] Kinds = ["static class", "class", "interface", "enum", "struct"];

    /// <summary>Reads the list that is kept beside the tests.</summary>
    public static IReadOnlyDictionary<string, TypeSurface> Load()
    {
        using var packed = Assembly.GetExecutingAssembly().GetManifestResourceStream("temporalio-api.txt.gz")!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        var types = new Dictionary<string, TypeSurface>(StringComparer.Ordinal);
        List<string> members = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith(' '))
            {
                members.Add(line.Trim());
            }
            else if (line.Length > 0)
            {
                members = [];
                var type = Header(line, members);
                types.Add(type.Name, type);
            }
        }

        return types;
    }

    private static TypeSurface Header(string line, List<string> members)
    {
        var kind = Kinds.First(candidate => line.StartsWith(candidate + " ", StringComparison.Ordinal));
        var rest = line[(kind.Length + 1)..];
        var colon = rest.IndexOf(" : ", StringComparison.Ordinal);
        return colon < 0 ? new(kind, rest, [], members) : new(kind, rest[..colon], Split(rest[(colon + 3)..]), members);
    }

    // Commas within angle brackets belong to a generic type.
    internal static List<string> Split(string text)
    {
        var parts = new List<string>();
        var depth = 0;
        var start = 0;
        for (var index = 0; index < text.Length; index++)
        {
            depth += text[index] switch
            {
                '<' => 1,
                '>' => -1,
                _ => 0,
            };
            if (text[index] == ',' && depth == 0)
            {
                parts.Add(text[start..index].Trim());
                start = index + 1;
            }
        }

        parts.Add(text[start..].Trim());
        return parts;
    }
}
