using System.Text.RegularExpressions;
using System.Xml.Linq;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>The map in <c>src/README.md</c> says which project may reference which; the project files must say the same.</summary>
public sealed partial class ProjectReferenceTests
{
    public static TheoryData<string> Projects { get; } = new(ProjectFiles.Product.Select(ProjectFiles.NameOf));

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_OfAProject_AreThoseOfTheMap(string project)
    {
        var file = ProjectFiles.Product.Single(f => ProjectFiles.NameOf(f) == project);
        var references = ReferencesOf(file).Order(StringComparer.Ordinal);

        Assert.True(Map.TryGetValue(project, out var allowed), $"src/README.md has no row for {project}");
        Assert.Equal(allowed, references);
    }

    [Fact]
    public void Rows_OfTheMap_AreProjects() => Assert.Empty(Map.Keys.Except(ProjectFiles.Product.Select(ProjectFiles.NameOf)));

    private static IEnumerable<string> ReferencesOf(string file) =>
        XDocument.Load(file).Descendants("ProjectReference").Select(r => ProjectFiles.NameOf((string)r.Attribute("Include")!));

    private static Dictionary<string, List<string>> Map { get; } =
        File.ReadLines(RepositoryFiles.Path("src/README.md"))
            .Select(line => Row().Match(line))
            .Where(row => row.Success)
            .ToDictionary(
                row => row.Groups["name"].Value.Replace("../", "", StringComparison.Ordinal),
                row =>
                    row.Groups["references"].Value == "nothing"
                        ? []
                        : row.Groups["references"].Value.Split(", ").Order(StringComparer.Ordinal).ToList()
            );

    [GeneratedRegex(@"^\| \[(?<name>[^\]]+)\]\([^)]+\) \|[^|]+\| (?<references>[^|]+) \|$")]
    private static partial Regex Row();
}
