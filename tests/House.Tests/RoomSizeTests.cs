using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.House.Tests;

/// <summary>A project stays one that a stranger can look over: few files at its root, and no room of a run grows into all of it.</summary>
public sealed class RoomSizeTests
{
    private const int MostLoose = 12;
    private const int MostInARoomOfRuns = 80;

    public static TheoryData<string> Projects { get; } = new(ProjectFiles.Product.Select(ProjectFiles.NameOf));

    [Theory]
    [MemberData(nameof(Projects))]
    public void Files_AtTheRootOfAProject_AreFew(string project)
    {
        var folder = Path.GetDirectoryName(ProjectFiles.Product.Single(file => ProjectFiles.NameOf(file) == project))!;
        var loose = Directory.EnumerateFiles(folder, "*.cs").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();

        Assert.True(loose.Count <= MostLoose, $"{project} has {loose.Count} files at its root: {string.Join(", ", loose)}");
    }

    [Theory]
    [InlineData("Runs")]
    [InlineData("Runs.Tasks")]
    [InlineData("Runs.Merging")]
    [InlineData("Runs.Reports")]
    public void Files_OfARoomOfRuns_AreNotAllOfARun(string room)
    {
        var folder = RepositoryFiles.Path($"src/{room}") + Path.DirectorySeparatorChar;
        var count = ProjectFiles.ProductSources().Count(file => file.StartsWith(folder, StringComparison.Ordinal));

        Assert.InRange(count, 10, MostInARoomOfRuns);
    }
}
