using System.Text.RegularExpressions;

namespace Orchestrator.House.Tests;

/// <summary>Tests that a machine may skip: they carry an attribute of ours that looks whether they can run there.</summary>
internal static partial class ConditionalTests
{
    /// <summary>Names of such attributes that a source declares, without their ending.</summary>
    public static IEnumerable<string> AttributesIn(string source) => Declared().Matches(source).Select(found => found.Groups["name"].Value);

    /// <summary>Full names of the tests in a source that carry one of the attributes.</summary>
    public static IEnumerable<string> In(string source, IReadOnlyCollection<string> attributes)
    {
        var types = Type().Matches(source);
        return from test in Test().Matches(source)
            where test.Groups["attribute"].Captures.Any(attribute => attributes.Contains(attribute.Value))
            let type = types.Last(type => type.Index < test.Index).Groups["name"].Value
            select $"{Namespace().Match(source).Groups["name"].Value}.{type}.{test.Groups["method"].Value}";
    }

    [GeneratedRegex(@"class (?<name>\w+)Attribute : (Fact|Theory)Attribute", RegexOptions.ExplicitCapture)]
    private static partial Regex Declared();

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Namespace();

    [GeneratedRegex(@"^(public|internal) [\w ]*class (?<name>\w+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Type();

    /// <summary>The attributes of a method, each on a line of its own, and its name.</summary>
    [GeneratedRegex(
        @"(?>^ *\[(\w+\.)*(?<attribute>\w+)[^\n]*\]\n)+ *public [^(\n]*?(?<method>\w+)\(",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Test();
}
