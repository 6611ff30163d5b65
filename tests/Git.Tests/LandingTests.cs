using Orchestrator.Git.Landing;

namespace Orchestrator.Git.Tests;

public sealed class LandingTests
{
    private const string Main = "refs/heads/main";

    [Fact]
    public async Task Land_TargetCheckedOutNowhere_MovesTheRef()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        await opened.Files.GitAsync("switch", "--quiet", "-c", "other");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));
        var again = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.Landed, result.State);
        Assert.Equal(CommitLandingStatus.AlreadyLanded, again.State);
        Assert.Equal(commit, await opened.Refs.ReadAsync(Main));
        Assert.False(File.Exists(opened.Files["landed"]));
    }

    [Fact]
    public async Task Land_CheckedOutWithUntrackedFiles_MovesCheckoutAndKeepsThem()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        opened.Files.Write("tasks.yaml", "plan");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start) { Checkout = opened.Files.Path });

        Assert.Equal(CommitLandingStatus.Landed, result.State);
        Assert.Equal(commit, await opened.HeadAsync());
        Assert.True(File.Exists(opened.Files["landed"]));
        Assert.Equal("?? tasks.yaml", await opened.Files.GitAsync("status", "--porcelain"));
    }

    /// <summary>The note of what a run has landed holds what is there, whatever a later attempt came to.</summary>
    [Fact]
    public async Task Land_TwiceAndOnceInVain_NoteHasWhatTheTargetHas()
    {
        using var opened = await Opened.CreateAsync();
        var (start, first) = await StagedAsync(opened);
        var note = opened.Files["note"];
        await opened.Files.GitAsync("switch", "--quiet", "-c", "other", first);
        var second = await opened.Files.CommitAsync("second", ("second.txt", "2"));
        await opened.Landing.LandAsync(new LandingRequest(Main, first, start) { NoteFile = note });
        // An attempt that was killed between its note and its move.
        new TargetBranchMoveHistory(Main, [new TargetBranchMove(start, first), new TargetBranchMove(first, second)]).Write(note);
        await opened.Files.GitAsync("switch", "--quiet", "main");
        opened.Files.Write("second.txt", "mine");

        var vain = await opened.Landing.LandAsync(new LandingRequest(Main, second, start) { NoteFile = note });
        var kept = TargetBranchMoveHistory.TryRead(note)!.Moves;
        File.Delete(opened.Files["second.txt"]);
        var landed = await opened.Landing.LandAsync(new LandingRequest(Main, second, start) { NoteFile = note });

        Assert.Equal((CommitLandingStatus.FilesInTheWay, CommitLandingStatus.Landed), (vain.State, landed.State));
        Assert.Equal([new TargetBranchMove(start, first)], kept);
        Assert.Equal([new TargetBranchMove(start, second)], TargetBranchMoveHistory.TryRead(note)!.Joined());
    }

    /// <summary>Like a fast-forward of git, a landing is blocked only by a file that would change.</summary>
    [Theory]
    [InlineData("changed", false)]
    [InlineData("changed", true)]
    [InlineData("deleted", false)]
    [InlineData("untouched", false)]
    [InlineData("untouched", true)]
    public async Task Land_UncommittedChange_IsInTheWayOnlyWhereTheFileWouldChange(string file, bool staged)
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await BigStagedAsync(opened);
        opened.Files.Write(file, "mine");
        File.Delete(opened.Files["README.md"]);
        if (staged)
        {
            await opened.Files.GitAsync("add", "--all");
        }
        var before = await opened.Files.GitAsync("status", "--porcelain");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        if (file == "untouched")
        {
            Assert.Equal((CommitLandingStatus.Landed, commit), (result.State, await opened.Refs.ReadAsync(Main)));
        }
        else
        {
            Assert.Equal(CommitLandingStatus.Dirty, result.State);
            Assert.Equal([file], result.Files);
            Assert.Contains("orchestrate land", result.Reason, StringComparison.Ordinal);
            Assert.Equal(start, await opened.Refs.ReadAsync(Main));
        }
        Assert.Equal(before, await opened.Files.GitAsync("status", "--porcelain"));
        Assert.Equal("mine", await File.ReadAllTextAsync(opened.Files[file]));
    }

    [Fact]
    public async Task Land_FilesInConflictWithoutAMerge_AreNamed()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        opened.Files.Write("README.md", "stashed\n");
        await opened.Files.GitAsync("stash", "--quiet");
        opened.Files.Write("README.md", "other\n");
        await opened.Files.GitAsync("add", "README.md");
        await opened.Files.GitAsync("commit", "--quiet", "-m", "other");
        await Assert.ThrowsAsync<InvalidOperationException>(() => opened.Files.GitAsync("stash", "pop"));
        await opened.Files.GitAsync("update-ref", Main, start);

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.Dirty, result.State);
        Assert.Equal(["README.md"], result.Files);
        Assert.Equal(start, await opened.Refs.ReadAsync(Main));
    }

    /// <summary>A refusal by git because of the user's checkout is a result, not an error that is retried forever.</summary>
    [Fact]
    public async Task Land_CheckoutThatGitCantRead_IsRefusedAndLandsOnceItIsMended()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        var index = opened.Files[".git/index"];
        var whole = await File.ReadAllBytesAsync(index);
        await File.WriteAllTextAsync(index, "torn");
        var request = new LandingRequest(Main, commit, start) { Checkout = opened.Files.Path };

        var refused = await opened.Landing.LandAsync(request);
        await File.WriteAllBytesAsync(index, whole);
        var landed = await opened.Landing.LandAsync(request);

        Assert.Equal((CommitLandingStatus.Refused, CommitLandingStatus.Landed), (refused.State, landed.State));
        Assert.Contains("index", refused.Reason, StringComparison.Ordinal);
        Assert.Contains(request.FinishCommand, refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Land_PlanChangedHereAndInTheWork_IsNotOverwritten()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("plan", ("plans/tasks.yaml", "1"));
        var commit = await opened.Files.CommitOnBranchAsync("orchestrator/run-1/staging", "main", "work", ("plans/tasks.yaml", "3"));
        opened.Files.Write("plans/tasks.yaml", "2");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.Dirty, result.State);
        Assert.Equal(["plans/tasks.yaml"], result.Files);
        Assert.Equal("2", await File.ReadAllTextAsync(opened.Files["plans/tasks.yaml"]));
    }

    [Theory]
    [InlineData("landed")]
    [InlineData("ignored/landed")]
    public async Task Land_UntrackedOrIgnoredFileInTheWay_IsNotOverwritten(string file)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("ignore", (".gitignore", "/ignored/\n"));
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(worktree.Path, file))!);
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, file), "theirs");
        await opened.Files.GitInAsync(worktree.Path, "add", "--force", file);
        await opened.Files.GitInAsync(worktree.Path, "commit", "--quiet", "-m", "in the way");
        var commit = await opened.Files.GitInAsync(worktree.Path, "rev-parse", "HEAD");
        opened.Files.Write(file, "mine");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.FilesInTheWay, result.State);
        Assert.Equal([file], result.Files);
        Assert.Equal("mine", await File.ReadAllTextAsync(opened.Files[file]));
        Assert.Equal(start, await opened.Refs.ReadAsync(Main));
    }

    [Fact]
    public async Task Land_TargetHasNewCommits_SaysMoved()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        var users = await opened.Files.CommitAsync("user's", ("user", "x"));

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.TargetMoved, result.State);
        Assert.Equal(users, result.Tip);
    }

    [Fact]
    public async Task Land_TargetRewritten_SaysRewound()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("second", ("second", "x"));
        var (start, commit) = await StagedAsync(opened);
        await opened.Files.GitAsync("reset", "--quiet", "--hard", "HEAD^");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.TargetRewound, result.State);
        Assert.False(File.Exists(opened.Files["landed"]));
    }

    [Fact]
    public async Task Land_TargetDeleted_SaysSo()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        await opened.Files.GitAsync("switch", "--quiet", "-c", "other");
        await opened.Files.GitAsync("branch", "-D", "main");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.TargetDeleted, result.State);
        Assert.Null(await opened.Refs.ReadAsync(Main));
    }

    [Fact]
    public async Task Land_CheckoutDetachedMeanwhile_SaysSo()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await StagedAsync(opened);
        await opened.Files.GitAsync("switch", "--quiet", "--detach");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start) { Checkout = opened.Repository.MainCheckout });

        Assert.Equal(CommitLandingStatus.Detached, result.State);
        Assert.Equal(start, await opened.Refs.ReadAsync(Main));
    }

    [Theory]
    [InlineData("merge")]
    [InlineData("rebase")]
    [InlineData("bisect")]
    public async Task Land_OperationInTheCheckout_WaitsForThePerson(string operation)
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync("base", ("f", "base"));
        await opened.Files.CommitOnBranchAsync("side", "main", "side", ("f", "side"));
        await opened.Files.CommitAsync("main", ("f", "main"));
        var (start, commit) = await StagedAsync(opened);
        switch (operation)
        {
            case "bisect":
                await opened.Files.GitAsync("bisect", "start", "HEAD", "HEAD~2");
                break;
            default:
                await Assert.ThrowsAsync<InvalidOperationException>(() => opened.Files.GitAsync(operation, "side"));
                break;
        }

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start) { Checkout = opened.Repository.MainCheckout });

        Assert.Equal(CommitLandingStatus.OperationInProgress, result.State);
        Assert.Equal(start, await opened.Refs.ReadAsync(Main));
        Assert.False(File.Exists(opened.Files["landed"]));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("some files")]
    [InlineData("all files")]
    [InlineData("files and index")]
    public async Task Land_KilledHalfway_IsFinished(string reached)
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await BigStagedAsync(opened);
        await HalfLandAsync(opened, start, commit, reached);

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.Landed, result.State);
        Assert.Equal(commit, await opened.HeadAsync());
        Assert.Empty(await opened.Files.GitAsync("status", "--porcelain"));
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("", "2")]
    [InlineData("2", "the fi")]
    public async Task Land_KilledWhileAFileWasWritten_IsFinished(string? changed, string added)
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("start", ("changed", "1"));
        var commit = await opened.Files.CommitOnBranchAsync(
            "orchestrator/run-1/staging",
            "main",
            "work",
            ("changed", "2"),
            ("added", added.Length > 1 ? "the file" : "2")
        );
        new LandingIntentStore(opened.Repository, Main).Write(new LandingIntentRecord(start, commit, opened.Repository.MainCheckout!));
        opened.Files.Write("added", added);
        File.Delete(opened.Files["changed"]);
        if (changed is not null)
        {
            opened.Files.Write("changed", changed);
        }

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.Landed, result.State);
        Assert.Equal(commit, await opened.HeadAsync());
        Assert.Empty(await opened.Files.GitAsync("status", "--porcelain"));
    }

    [Fact]
    public async Task Land_KilledHalfwayAndTheUserChangedAFile_StopsAndNamesIt()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await BigStagedAsync(opened);
        await HalfLandAsync(opened, start, commit, "some files");
        opened.Files.Write("changed", "by the user");

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.Dirty, result.State);
        Assert.Equal(["changed"], result.Files);
        Assert.Equal("by the user", await File.ReadAllTextAsync(opened.Files["changed"]));
        Assert.Equal(start, await opened.Refs.ReadAsync(Main));
    }

    [Fact]
    public async Task Land_KilledAfterTheRefMoved_IsLanded()
    {
        using var opened = await Opened.CreateAsync();
        var (start, commit) = await BigStagedAsync(opened);
        new LandingIntentStore(opened.Repository, Main).Write(new LandingIntentRecord(start, commit, opened.Repository.MainCheckout!));
        await opened.Files.GitAsync("merge", "--quiet", "--ff-only", commit);

        var result = await opened.Landing.LandAsync(new LandingRequest(Main, commit, start));

        Assert.Equal(CommitLandingStatus.AlreadyLanded, result.State);
        Assert.Null(new LandingIntentStore(opened.Repository, Main).Read());
    }

    private static async Task<(string Start, string Commit)> StagedAsync(Opened opened)
    {
        var start = await opened.HeadAsync();
        return (start, await opened.Files.CommitOnBranchAsync("orchestrator/run-1/staging", "main", "work", ("landed", "x")));
    }

    private static async Task<(string Start, string Commit)> BigStagedAsync(Opened opened)
    {
        var start = await opened.Files.CommitAsync("start", ("changed", "1"), ("deleted", "1"), ("untouched", "1"));
        return (
            start,
            await opened.Files.CommitOnBranchAsync(
                "orchestrator/run-1/staging",
                "main",
                "work",
                ("changed", "2"),
                ("deleted", null),
                ("added/one", "1"),
                ("added/two\nü", "2")
            )
        );
    }

    /// <summary>
    /// The state that a fast-forward leaves when it is killed at different points: git writes files, then the index, then the ref.
    /// </summary>
    private static async Task HalfLandAsync(Opened opened, string start, string commit, string reached)
    {
        new LandingIntentStore(opened.Repository, Main).Write(new LandingIntentRecord(start, commit, opened.Repository.MainCheckout!));
        if (reached == "files and index")
        {
            await opened.Files.GitAsync("read-tree", "-m", "-u", start, commit);
            return;
        }

        if (reached != "nothing")
        {
            File.Delete(opened.Files["deleted"]);
            opened.Files.Write("added/one", "1");
        }

        if (reached == "all files")
        {
            opened.Files.Write("changed", "2");
            opened.Files.Write("added/two\nü", "2");
        }
    }
}
