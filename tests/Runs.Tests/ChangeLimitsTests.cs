using Orchestrator.Plans;
using Orchestrator.Settings;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Limits of one task's change: total lines, and files that differ only in white space.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class ChangeLimitsTests
{
    private static readonly string Six = string.Concat(Enumerable.Range(1, 6).Select(i => $"line {i};\n"));

    [Theory]
    [InlineData(6, false, true)]
    [InlineData(5, false, false)]
    [InlineData(5, true, true)]
    [InlineData(null, false, true)]
    public async Task Verify_SixLines_IsRefusedWhereFewerAreAllowed(int? most, bool allowsLarge, bool taken)
    {
        using var run = await BeginAsync(new TaskChangeLimitSettings(most, null), task => task with { AllowLargeChanges = allowsLarge });
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "new.js", Six);

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(taken, work.Commit.Length > 0);
        if (!taken)
        {
            var problem = Assert.Single(work.Problems);
            Assert.Contains("changes 6 lines, more than changes.max_lines allows (5)", problem, StringComparison.Ordinal);
            Assert.Contains("new.js (6)", problem, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Verify_LockFileOfManyLines_IsNotCounted()
    {
        using var run = await BeginAsync(new TaskChangeLimitSettings(5, null), task => task with { FilesWrite = ["**"] });
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "new.js", "one();\n");
        run.Write(prepared, "package-lock.json", Six);

        Assert.Empty((await run.VerifyAsync("a", prepared)).Problems);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public async Task Verify_OneFileInWhiteSpaceAlone_IsNamedAndRefusedWhereNoneIsAllowed(int? most, bool taken)
    {
        using var run = await BeginAsync(new TaskChangeLimitSettings(null, most), task => task);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "old.js", Six.Replace("line", "  line", StringComparison.Ordinal));
        run.Write(prepared, "old.py", Six.Replace("line", "  line", StringComparison.Ordinal)); // It means something else now.
        run.Write(prepared, "new.js", "one();\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(taken, work.Commit.Length > 0);
        Assert.Contains(
            taken ? work.Notes : work.Problems,
            said =>
                said.StartsWith("1 file differs only in white space", StringComparison.Ordinal)
                && said.Contains("old.js", StringComparison.Ordinal)
                && !said.Contains("old.py", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Verify_BinaryFileAndModes_AreNoLines()
    {
        using var run = await BeginAsync(new TaskChangeLimitSettings(1, 0), task => task);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "new.js", "one();\n");
        await File.WriteAllBytesAsync(Path.Combine(run.Repository.Path, prepared.Worktree, "image.bin"), [0, 1, 2, 10, 10, 10]);
        File.SetUnixFileMode(Path.Combine(run.Repository.Path, prepared.Worktree, "old.js"), (UnixFileMode)0b111_101_101);

        Assert.Empty((await run.VerifyAsync("a", prepared)).Problems);
    }

    private static async Task<RunFixture> BeginAsync(TaskChangeLimitSettings limits, Func<PlanTask, PlanTask> change)
    {
        var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("old.js", Six), ("old.py", Six));
        return await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")).With(s => s with { Changes = limits, Worktrees = s.Worktrees with { Setup = [] } }),
            change(
                new PlanTask
                {
                    Id = "a",
                    Description = "Do a",
                    FilesWrite = ["new.js", "old.js", "old.py", "image.bin"],
                }
            )
        );
    }
}
