using Orchestrator.Git.Program;
using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;

namespace Orchestrator.Git.Tests;

public sealed class GitWriteJournalTests
{
    private const string Staging = "refs/heads/orchestrator/run-1/staging";

    [Fact]
    public async Task Write_Done_LeavesNoNote()
    {
        using var opened = await Opened.CreateAsync();

        await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "test");

        Assert.Empty(Notes(opened));
    }

    [Fact]
    public async Task Write_OneAfterTheOther_UseOneFile()
    {
        using var opened = await Opened.CreateAsync();
        var head = await opened.HeadAsync();

        await opened.Refs.UpdateAsync([new RefChange(Staging, head, null)], "test");
        await opened.Refs.UpdateAsync([new RefChange(Staging, null, head)], "test");

        var note = Assert.Single(Directory.GetFiles(Path.Combine(opened.Repository.OwnDirectory, "writes")));
        File.SetLastWriteTimeUtc(note, DateTime.UtcNow.AddHours(-2));
        opened.Repository.RemoveLocksOfTheDead();
        Assert.False(File.Exists(note));
        Assert.True((await opened.Refs.UpdateAsync([new RefChange(Staging, head, null)], "test")).Done);
    }

    /// <summary>
    /// A second container with the same volume: its process ids mean nothing here, so that what it has at work would be taken for left.
    /// </summary>
    [Fact]
    public async Task Recover_RepositoryInWhichAnotherNamespaceWorks_IsRefusedUntilItHasEnded()
    {
        using var opened = await Opened.CreateAsync();
        var theirs = await new SinglePidNamespaceRepositoryLock(opened.Repository, "4026531000").ClaimAsync(CancellationToken.None);
        using var second = await new SinglePidNamespaceRepositoryLock(opened.Repository, "4026531000").ClaimAsync(CancellationToken.None);

        var refused = await Assert.ThrowsAsync<GitException>(() => new RepositoryCrashCleaner(opened.Repository).RunAsync());
        theirs.Dispose();
        await Assert.ThrowsAsync<GitException>(() => new RepositoryCrashCleaner(opened.Repository).RunAsync());
        second.Dispose();
        await new RepositoryCrashCleaner(opened.Repository).RunAsync();

        Assert.Contains("Another container is using", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<GitException>(() =>
            new SinglePidNamespaceRepositoryLock(opened.Repository, "4026531000").ClaimAsync(CancellationToken.None)
        );
    }

    /// <summary>
    /// An index of our own that a killed process left in the middle of a snapshot: its time of writing is that of what it is a copy of.
    /// </summary>
    [Fact]
    public async Task RemoveLeft_IndexThatNobodyUsesAnyMore_IsGoneAndOneInUseStays()
    {
        using var opened = await Opened.CreateAsync();
        var file = Path.Combine(
            Directory.CreateDirectory(Path.Combine(opened.Repository.OwnDirectory, "tmp")).FullName,
            $"index-{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}-left"
        );
        await File.WriteAllTextAsync(file, "x");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-3));

        await new RepositoryCrashCleaner(opened.Repository).RunAsync();
        Assert.True(File.Exists(file), "it was made just now");
        TemporaryIndex.RemoveLeft(opened.Repository, TimeSpan.FromSeconds(-1));

        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Write_LockLeftByADeadChildOfOurs_IsRemovedAndTheWriteGoesOn()
    {
        using var opened = await Opened.CreateAsync();
        NoteOfTheDead(opened);
        var lockFile = Lock(opened);

        var result = await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "test");

        Assert.True(result.Done);
        Assert.False(File.Exists(lockFile));
    }

    /// <summary>Notes are not synced: after a power cut the lock is there and its note is not.</summary>
    [Fact]
    public async Task Write_LockFromBeforeTheMachineWasStarted_IsRemovedAndTheWriteGoesOn()
    {
        using var opened = await ImpatientAsync();
        var lockFile = Lock(opened);
        File.SetLastWriteTimeUtc(lockFile, ProcessTable.BootedUtc.AddHours(-1));

        Assert.True((await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "test")).Done);
        Assert.False(File.Exists(lockFile));
    }

    /// <summary>An agent that was killed in the middle of its own git has left locks that no note explains.</summary>
    [Fact]
    public async Task RemoveLocksOfTheDead_AfterAnAgentHasEnded_RemovesWhatWasMadeSinceItBegan()
    {
        using var opened = await ImpatientAsync();
        var older = Path.Combine(opened.Repository.CommonDirectory, "config.lock");
        await File.WriteAllTextAsync(older, "");
        var began = DateTime.UtcNow.AddMinutes(-1);
        File.SetLastWriteTimeUtc(older, began.AddMinutes(-1));
        var lockFile = Lock(opened);

        Assert.Equal([lockFile], opened.Repository.RemoveLocksOfTheDead(began));
        Assert.True(File.Exists(older));
    }

    [Fact]
    public async Task Write_LockOfSomebodyElse_IsWaitedForThenNamedAndLeft()
    {
        using var opened = await ImpatientAsync();
        var lockFile = Lock(opened);
        using var held = File.Open(lockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

        var fault = await Assert.ThrowsAsync<GitLockedException>(async () =>
            await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "test")
        );

        Assert.Equal(lockFile, fault.LockFile);
        Assert.Contains(lockFile, fault.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(lockFile));
    }

    [Fact]
    public async Task Write_LockOlderThanTheNote_IsNotOurs()
    {
        using var opened = await ImpatientAsync();
        var lockFile = Lock(opened);
        // One from before the machine was started would be nobody's.
        File.SetLastWriteTimeUtc(lockFile, ProcessTable.BootedUtc);
        NoteOfTheDead(opened);

        await Assert.ThrowsAsync<GitLockedException>(async () =>
            await opened.Refs.UpdateAsync([new RefChange(Staging, await opened.HeadAsync(), null)], "test")
        );

        Assert.True(File.Exists(lockFile));
    }

    [Fact]
    public async Task RemoveLocksOfTheDead_AfterACrash_RemovesLocksAndNotes()
    {
        using var opened = await Opened.CreateAsync();
        NoteOfTheDead(opened);
        var lockFile = Lock(opened);
        var index = Path.Combine(opened.Repository.CommonDirectory, "index.lock");
        await File.WriteAllTextAsync(index, "");

        var removed = opened.Repository.RemoveLocksOfTheDead();

        Assert.Equal([index, lockFile], removed.Order(StringComparer.Ordinal));
        Assert.Empty(Notes(opened));
    }

    [Fact]
    public async Task RemoveLocksOfTheDead_NotesOfALivingOwner_StayWithTheirLocks()
    {
        using var opened = await Opened.CreateAsync();
        var folder = Path.Combine(opened.Repository.OwnDirectory, "writes");
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "living"), $"{ProcessIdentity.Current}\ngit x\n");
        var lockFile = Lock(opened);

        Assert.Empty(opened.Repository.RemoveLocksOfTheDead());

        Assert.True(File.Exists(lockFile));
        Assert.Single(Notes(opened));
    }

    [Fact]
    public async Task Recover_WriteOfADeadOwnerStillRuns_IsWaitedFor()
    {
        using var opened = await Opened.CreateAsync();
        NoteOfTheDead(opened);
        var finished = opened.Files.Beside("finished");
        var running = new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", "echo > \"$1.begun\"; sleep 1; echo > \"$1\"", "sh", finished) { Mark = "dead" }
        );
        while (!File.Exists(finished + ".begun"))
        {
            await Task.Delay(5);
        }

        await new RepositoryCrashCleaner(opened.Repository).RunAsync();

        Assert.True(File.Exists(finished));
        Assert.Empty(Notes(opened));
        await running;
    }

    private static async Task<Opened> ImpatientAsync() =>
        await Opened.OpenAsync(
            await TestKit.Git.TemporaryRepository.CreateAsync(),
            await GitProgram.FindAsync(lockPatience: TimeSpan.FromMilliseconds(200))
        );

    private static void NoteOfTheDead(Opened opened)
    {
        var folder = Path.Combine(opened.Repository.OwnDirectory, "writes");
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "dead"), $"{ProcessIdentity.Current with { StartTime = 1 }}\ngit update-ref\n");
    }

    private static string Lock(Opened opened)
    {
        var lockFile = Path.Combine(opened.Repository.CommonDirectory, Staging + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(lockFile)!);
        File.WriteAllText(lockFile, "");
        return lockFile;
    }

    private static string[] Notes(Opened opened)
    {
        var folder = Path.Combine(opened.Repository.OwnDirectory, "writes");
        return Directory.Exists(folder) ? [.. Directory.GetFiles(folder).Where(note => new FileInfo(note).Length > 0)] : [];
    }
}
