using System.Text;
using System.Text.Json;

namespace Orchestrator.Gates.Packages;

/// <summary>
/// Checks that changes to a manifest do not affect gates. Harmless changes affect only the packages (which have their own rules), the
/// description, or scripts and targets that nothing calls. Has no side effects.
/// </summary>
public static partial class ManifestChangeCheck
{
    /// <summary>Members of <c>package.json</c> that do not affect gates.</summary>
    private static readonly HashSet<string> Plain = new(StringComparer.Ordinal)
    {
        "name",
        "version",
        "description",
        "keywords",
        "author",
        "contributors",
        "license",
        "homepage",
        "repository",
        "bugs",
        "funding",
        "private",
        "files",
        "main",
        "module",
        "types",
        "typings",
        "bin",
        "dependencies",
        "devDependencies",
        "peerDependencies",
        "peerDependenciesMeta",
        "optionalDependencies",
        "bundledDependencies",
        "bundleDependencies",
    };

    /// <summary>Names of scripts that npm runs automatically or as tests.</summary>
    private static readonly string[] RunByThemselves = ["install", "prepare", "prepublish", "dependencies", "test"];

    /// <summary>True if this class can compare versions of a file with this name.</summary>
    public static bool CanCompare(string path) =>
        Path.GetFileName(path)
            is "package.json"
                or "pyproject.toml"
                or "Cargo.toml"
                or "setup.cfg"
                or "Directory.Packages.props"
                or "pom.xml"
                or "Makefile"
                or "makefile"
                or "GNUmakefile";

    /// <summary>True if the change to the manifest affects no gate.</summary>
    /// <param name="path">Path of the manifest.</param>
    /// <param name="before">Content before the change, or null if it can't be read.</param>
    /// <param name="after">Content after the change, or null if it can't be read.</param>
    /// <param name="words">All words of commands and of the scripts that they call.</param>
    public static bool IsHarmless(string path, byte[]? before, byte[]? after, IReadOnlySet<string> words)
    {
        if (before is null || after is null)
        {
            return false;
        }
        var (old, now) = (Encoding.UTF8.GetString(before), Encoding.UTF8.GetString(after));
        return Path.GetExtension(path) switch
        {
            ".json" => OfNode(old, now, words),
            "" => MakefileChangeCheck.IsHarmless(old, now, words),
            ".toml" or ".cfg" => Deciding(old).SequenceEqual(Deciding(now)),
            _ => Packages().Replace(old, "") == Packages().Replace(now, ""),
        };
    }

    private static bool OfNode(string before, string after, IReadOnlySet<string> words)
    {
        try
        {
            using var old = JsonDocument.Parse(before);
            using var now = JsonDocument.Parse(after);
            if (old.RootElement.ValueKind != JsonValueKind.Object || now.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }
            return Differing(old.RootElement, now.RootElement)
                .All(name => Plain.Contains(name) || (name == "scripts" && AreNotCalled(old.RootElement, now.RootElement, words)));
        }
        catch (Exception damaged) when (damaged is JsonException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>True if every changed script is a new script that no gate calls and that npm does not run automatically.</summary>
    private static bool AreNotCalled(JsonElement before, JsonElement after, IReadOnlySet<string> words)
    {
        if (
            !after.TryGetProperty("scripts", out var now)
            || now.ValueKind != JsonValueKind.Object
            || (before.TryGetProperty("scripts", out var old) && old.ValueKind != JsonValueKind.Object)
        )
        {
            return false;
        }
        return (old.ValueKind == JsonValueKind.Object ? Differing(old, now) : now.EnumerateObject().Select(script => script.Name)).All(
            name =>
                (old.ValueKind != JsonValueKind.Object || !old.TryGetProperty(name, out _))
                && !words.Contains(name)
                && !name.StartsWith("pre", StringComparison.Ordinal)
                && !name.StartsWith("post", StringComparison.Ordinal)
                && !RunByThemselves.Contains(name)
        );
    }

    /// <summary>
    /// Returns the names of the members that differ between two objects or exist in only one of them. If an object has several members with
    /// the same name, the last one counts.
    /// </summary>
    private static IEnumerable<string> Differing(JsonElement one, JsonElement other)
    {
        var (left, right) = (Members(one), Members(other));
        return left
            .Keys.Union(right.Keys)
            .Where(name =>
                !left.TryGetValue(name, out var first) || !right.TryGetValue(name, out var second) || !JsonElement.DeepEquals(first, second)
            );
    }

    private static Dictionary<string, JsonElement> Members(JsonElement element)
    {
        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in element.EnumerateObject())
        {
            members[member.Name] = member.Value;
        }
        return members;
    }

    /// <summary>
    /// Returns the lines that may affect gates, taken from a manifest with sections. Each line is prefixed with the name of its section.
    /// </summary>
    private static IEnumerable<string> Deciding(string text)
    {
        var section = "";
        foreach (var line in text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            if (Section().Match(line) is { Success: true } found)
            {
                section = found.Groups["name"].Value.Replace("\"", "", StringComparison.Ordinal);
            }
            if (!PlainSection().IsMatch(section) || DecidingKey().IsMatch(line))
            {
                yield return $"{section}: {line}";
            }
        }
    }

    [GeneratedRegex("""^\[\[?\s*(?<name>[^\[\]]+?)\s*\]\]?\s*(#.*)?$""", RegexOptions.CultureInvariant)]
    private static partial Regex Section();

    [GeneratedRegex(
        """^(project(\.(optional-dependencies|urls|scripts|gui-scripts))?|dependency-groups|metadata|options|options\.extras_require"""
            + """|options\.packages\.find|tool\.poetry|tool\.poetry\.([\w-]*dependencies|extras|group\.[^.]+\.dependencies)"""
            + """|tool\.uv\.sources|package|features|([\w-]+\.)*([\w-]*-)?dependencies(\.[^.]+)?)$""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex PlainSection();

    /// <summary>Matches keys that affect builds or tests, although the other keys of their section are harmless.</summary>
    [GeneratedRegex(
        """^(auto(tests|benches|bins|examples|lib)|build|default-run|harness|test|links|py_modules|package_dir|setup_requires)\b\s*=""",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex DecidingKey();

    [GeneratedRegex(
        """<Package(Version|Reference)\b[^>]*?(/>|>.*?</Package(Version|Reference)>)|<dependency>.*?</dependency>|\s+""",
        RegexOptions.CultureInvariant | RegexOptions.Singleline
    )]
    private static partial Regex Packages();
}
