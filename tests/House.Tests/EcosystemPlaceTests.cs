using System.Text.RegularExpressions;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>Lists of lock files that stand in several places come to differ: one forgets <c>bun.lock</c>, and a lock file is reviewed like
/// code, or held against an agent.</summary>
public partial class EcosystemPlaceTests
{
    private static readonly string Table = RepositoryFiles.Path("src/Plans/Ecosystems/MainLanguageEcosystemDefinitions.cs");

    [Fact]
    public void LockFiles_OutsideOfTheTable_AreNamedByNobody()
    {
        var locks = Ecosystems.All.SelectMany(row => row.LockFiles).ToHashSet(StringComparer.Ordinal);
        var named =
            from file in ProjectFiles.ProductSources()
            where Path.GetDirectoryName(file) != Path.GetDirectoryName(Table)
            from line in File.ReadLines(file).Select((text, at) => (Text: text.TrimStart(), Number: at + 1))
            where !line.Text.StartsWith("//", StringComparison.Ordinal)
            from name in Literal().Matches(line.Text).Select(match => match.Groups["text"].Value)
            where locks.Contains(name)
            select $"{file}:{line.Number} names {name}: ask {nameof(Ecosystems)}";

        Assert.Empty(named);
    }

    [Fact]
    public void LockFiles_InTheTable_AreFoundByThisTest() =>
        Assert.Contains(
            "Cargo.lock",
            File.ReadLines(Table).SelectMany(line => Literal().Matches(line)).Select(match => match.Groups["text"].Value)
        );

    [GeneratedRegex("\"(?<text>[^\"\\\\]*)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Literal();
}
