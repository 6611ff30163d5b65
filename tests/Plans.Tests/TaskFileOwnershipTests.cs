using Xunit;

namespace Orchestrator.Plans.Tests;

public sealed class TaskFileOwnershipTests
{
    [Fact]
    public void Owns_NoFilesWrite_IsEverything()
    {
        var ownership = TaskFileOwnership.Of(new PlanTask { Id = "a" });

        Assert.True(ownership.OwnsEverything);
        Assert.True(ownership.Owns("any/thing"));
    }

    [Fact]
    public void Owns_EmptyFilesWrite_IsNothing()
    {
        var ownership = TaskFileOwnership.Of(new PlanTask { Id = "a", FilesWrite = [] });

        Assert.True(ownership.OwnsNothing);
        Assert.False(ownership.Owns("x"));
    }

    [Fact]
    public void Owns_AppendsAndPatches_AreIncluded()
    {
        var ownership = TaskFileOwnership.Of(
            new PlanTask
            {
                Id = "a",
                FilesWrite = ["src/a.py", "src/a.py"],
                FilesAppend = ["CHANGELOG.md"],
                PatchIntents = [new PlannedFileChange("src/main.py")],
            }
        );

        Assert.Equal(["src/a.py", "CHANGELOG.md", "src/main.py"], ownership.Patterns);
        Assert.All(ownership.Patterns, path => Assert.True(ownership.Owns(path)));
        Assert.False(ownership.Owns("src/b.py"));
    }
}
