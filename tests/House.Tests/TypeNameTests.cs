using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A type's name tells it from every other of the product: two of one name in two projects are read, searched and imported for
/// each other.</summary>
public sealed partial class TypeNameTests
{
    /// <summary>Each project that logs has its messages in a class of this name.</summary>
    private const string Log = "Log";

    [Fact]
    public void Types_OfTwoProjects_HaveTwoNames()
    {
        var folders = ProjectFiles.Product.Select(file => Path.GetDirectoryName(file) + Path.DirectorySeparatorChar).ToList();
        var types = ProjectFiles
            .ProductSources()
            .SelectMany(file =>
                Declaration()
                    .Matches(File.ReadAllText(file))
                    .Select(match =>
                        (
                            Name: match.Groups["name"].Value,
                            Project: folders.Single(folder => file.StartsWith(folder, StringComparison.Ordinal)),
                            File: Path.GetRelativePath(RepositoryFiles.Root, file)
                        )
                    )
            )
            .ToList();
        var pairs = types
            .GroupBy(type => type.Name, StringComparer.Ordinal)
            .Where(group => group.Key != Log && group.DistinctBy(type => type.Project).Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(type => type.File))}");

        Assert.True(types.Count > 1000, "the test finds no types any more");
        Assert.Empty(pairs.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(
        @"^(?:(?:public|internal|sealed|static|abstract|partial|readonly|ref)\s+)+(?:class|record struct|record|struct|interface|enum)\s+"
            + @"(?<name>\w+)",
        RegexOptions.Multiline | RegexOptions.CultureInvariant
    )]
    private static partial Regex Declaration();
}
