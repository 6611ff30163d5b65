using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A project stays one that a stranger can look over: few files at its root, and few in each of its folders.</summary>
public sealed class RoomSizeTests
{
    private const int MostLoose = 12;
    private const int MostInAFolder = 40;

    /// <summary>Folders that no division makes easier to search: types of one history, components of one workflow.</summary>
    private static readonly string[] Larger = ["src/Temporal.Server/History", "workflows/Runs"];

    public static TheoryData<string> Projects { get; } = new(ProjectFiles.Product.Select(ProjectFiles.NameOf));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Files_AtTheRootOfAProject_AreFew(string project)
    {
        var folder = Path.GetDirectoryName(ProjectFiles.Product.Single(file => ProjectFiles.NameOf(file) == project))!;
        var loose = Directory.EnumerateFiles(folder, "*.cs").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();

        Assert.True(loose.Count <= MostLoose, $"{project} has {loose.Count} files at its root: {string.Join(", ", loose)}");
    }

    [Fact]
    public void Files_OfAFolder_AreFew()
    {
        var large = ProjectFiles
            .ProductSources()
            .GroupBy(file => Path.GetRelativePath(RepositoryFiles.Root, Path.GetDirectoryName(file)!), StringComparer.Ordinal)
            .Where(folder => folder.Count() > MostInAFolder)
            .Select(folder => folder.Key);

        Assert.Equal(Larger, large.Order(StringComparer.Ordinal));
    }
}
