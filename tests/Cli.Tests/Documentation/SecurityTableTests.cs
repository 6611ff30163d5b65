using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests.Documentation;

/// <summary><c>docs/explanation/threats.md</c> names tests for each attacker and target; these tests must exist.</summary>
public sealed partial class SecurityTableTests
{
    private const int FewestRows = 25;

    [Fact]
    public void Table_EveryRow_NamesTestsThatThereAre()
    {
        var rows = File.ReadLines(RepositoryFiles.Path("docs/explanation/threats.md"))
            .SkipWhile(line => !line.StartsWith("| attacker |", StringComparison.Ordinal))
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split(" | "))
            .ToList();

        Assert.True(rows.Count >= FewestRows, $"{rows.Count} rows");
        Assert.All(
            rows,
            row =>
            {
                Assert.Equal(4, row.Length);
                var named = Quoted().Matches(row[3]).Select(match => match.Groups[1].Value).Where(name => !name.StartsWith('-')).ToList();
                Assert.NotEmpty(named);
                Assert.Empty(named.Except(TestNames.All));
            }
        );
    }

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
