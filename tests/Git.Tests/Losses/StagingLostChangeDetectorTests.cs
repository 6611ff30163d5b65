using Orchestrator.Git.Commits;
using Orchestrator.Git.Losses;

namespace Orchestrator.Git.Tests.Losses;

/// <summary>Results of the loss check for merges in real repositories, one case each.</summary>
public sealed class StagingLostChangeDetectorTests
{
    private const string Ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";

    [Fact]
    public async Task Merges_OfDifferentPlaces_AreAllPresent()
    {
        using var staging = await Staging.BeginAsync(("f", Ten), ("g", "g\n"));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        await staging.MergeAsync("b", ("f", Ten.Replace("9\n", "nine by b\n")), ("new", "new by b\n"));
        await staging.MergeAsync("c", ("g", null));

        Assert.Equal("4 hunks of 3 tasks: 4 present, 0 overwritten later, 0 lost", (await staging.CheckAsync()).Summary);
    }

    [Fact]
    public async Task LaterTask_ChangesTheSameLine_IsNamed()
    {
        using var staging = await Staging.BeginAsync(("f", Ten));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        staging.BeginFromTip();
        var merge = await staging.MergeAsync("b", ("f", Ten.Replace("2\n", "two by b\n")));

        var report = await staging.CheckAsync();

        Assert.Equal("2 hunks of 2 tasks: 1 present, 1 overwritten later, 0 lost", report.Summary);
        Assert.Equal(
            ("a", "f", 2, "two by a", "b", merge),
            Facts(Assert.Single(report.Hunks, h => h.Fate == MergedHunkSurvivalStatus.Overwritten))
        );
    }

    [Fact]
    public async Task LaterTask_MayNotWriteTheFile_ItsChangeIsALoss()
    {
        using var staging = await Staging.BeginAsync(("f", Ten));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        staging.BeginFromTip();
        staging.Rights = (task, _) => task == "b" ? TaskWriteAccess.None : TaskWriteAccess.Write;
        var merge = await staging.MergeAsync("b", ("f", Ten));

        Assert.Equal(("a", "f", 2, "two by a", "b", merge), Facts(Assert.Single((await staging.CheckAsync()).Lost)));
    }

    /// <summary>A merge that kept only one side.</summary>
    [Fact]
    public async Task Merge_ThatKeepsOneSide_LosesTheOther()
    {
        using var staging = await Staging.BeginAsync(("f", Ten), ("g", "g\n"));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")), ("mine", "mine by a\n"));
        var theirs = await staging.WorkAsync("b", ("f", Ten.Replace("9\n", "nine by b\n")));
        var merge = await staging.CommitAsync("b", theirs + "^{tree}", theirs);

        var alone = await staging.CheckMergeAsync(merge, "b");
        var report = await staging.CheckAsync();

        Assert.Equal(["mine by a", "two by a"], alone.Lost.Select(h => h.Text).Order());
        Assert.All(alone.Lost, h => Assert.Equal(("", merge), (h.Task, h.ByMerge)));
        Assert.Equal(["mine by a", "two by a"], report.Lost.Where(h => h.Task == "a").Select(h => h.Text).Order());
    }

    [Fact]
    public async Task Merge_ThatKeepsStagingOnly_LosesTheWork()
    {
        using var staging = await Staging.BeginAsync(("f", Ten), ("run", "x\n"));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        var theirs = await staging.WorkAsync("b", ("f", Ten.Replace("9\n", "nine by b\n").Replace("5\n", "")), ("new", ""));
        var merge = await staging.CommitAsync("b", staging.Tip + "^{tree}", theirs);

        var lost = (await staging.CheckAsync()).Lost;

        Assert.All(lost, h => Assert.Equal(("b", merge), (h.Task, h.ByMerge)));
        Assert.Equal(3, lost.Count); // The changed line, the one that has come back, the empty file.
    }

    [Fact]
    public async Task RemovedLine_ComesBackByAMerge_IsALossOfWhoRemovedIt()
    {
        using var staging = await Staging.BeginAsync(("f", Ten), ("g", "g\n"));
        await staging.MergeAsync("a", ("f", Ten.Replace("5\n", "")));
        var theirs = await staging.WorkAsync("b", ("g", "g by b\n"));
        var merge = await staging.CommitAsync("b", theirs + "^{tree}", theirs);

        Assert.Equal(("a", "f", 5, "-5", "b", merge), Facts(Assert.Single((await staging.CheckAsync()).Lost)));
    }

    [Fact]
    public async Task Renames_CarryWhatOthersWrote()
    {
        using var staging = await Staging.BeginAsync(("f", Ten), ("g", Ten.Replace("1", "l")));
        var late = await staging.WorkAsync("late", ("f", Ten.Replace("9\n", "nine by late\n")));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        await staging.MergeAsync("mover", ("f", null), ("moved/f", Ten));
        await staging.MergeCommitAsync("late", late);

        var report = await staging.CheckAsync();

        Assert.Empty(report.Lost);
        Assert.All(report.Hunks.Where(h => h.Task is "a" or "late"), h => Assert.Equal(MergedHunkSurvivalStatus.Present, h.Fate));
        Assert.Contains("two by a\n3\n", await staging.ShowAsync("moved/f"));
        Assert.Contains("nine by late\n", await staging.ShowAsync("moved/f"));
    }

    [Fact]
    public async Task RenamedFile_LosesALineOfAnotherTask_IsFound()
    {
        using var staging = await Staging.BeginAsync(("f", Ten));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        var theirs = await staging.WorkAsync("mover", ("f", null), ("moved/f", Ten));
        var merge = await staging.CommitAsync("mover", theirs + "^{tree}", theirs);

        Assert.Contains(("a", "two by a"), (await staging.CheckAsync()).Lost.Select(h => (h.Task, h.Text)));
        Assert.Contains("two by a", (await staging.CheckMergeAsync(merge, "mover")).Lost.Select(h => h.Text));
    }

    [Fact]
    public async Task BinaryFiles_AreLookedAtAsAWhole()
    {
        using var staging = await Staging.BeginAsync(("image", "a\0b"), ("other", "a\0c"), ("f", Ten));
        await staging.MergeAsync("a", ("image", "a\0by a"), ("other", "c\0by a"));
        staging.BeginFromTip();
        await staging.MergeAsync("b", ("image", "a\0by b"));
        staging.BeginFromTip();
        var theirs = await staging.WorkAsync("c", ("f", Ten + "11 by c\n"));
        await staging.CommitAsync("c", await staging.TreeWithAsync(theirs, ("other", "a\0c")), theirs);

        var report = await staging.CheckAsync();

        Assert.Equal("4 hunks of 3 tasks: 2 present, 1 overwritten later, 1 lost", report.Summary);
        Assert.Equal(("a", "other", "c"), (report.Lost[0].Task, report.Lost[0].Path, report.Lost[0].By));
    }

    [Fact]
    public async Task Modes_AreHunks()
    {
        using var staging = await Staging.BeginAsync(("run", "#!/bin/sh\n"), ("other", "#!/bin/sh\n"));
        await staging.MergeExecutableAsync("a", "run");
        staging.BeginFromTip();
        var theirs = await staging.WorkAsync("b", ("other", "#!/bin/sh\necho by b\n"));
        await staging.MergeCommitAsync("b", theirs);
        Assert.Equal("2 hunks of 2 tasks: 2 present, 0 overwritten later, 0 lost", (await staging.CheckAsync()).Summary);

        theirs = await staging.WorkAsync("c", ("new", "by c\n"));
        await staging.CommitAsync("c", await staging.TreeWithAsync(theirs, ("run", "#!/bin/sh\n")), theirs);

        Assert.Equal(("a", "run", "mode 100755", "c"), Lost(await staging.CheckAsync()));
        static (string, string, string, string) Lost(MergedHunkReport report) =>
            (report.Lost[0].Task, report.Lost[0].Path, report.Lost[0].Text, report.Lost[0].By);
    }

    [Fact]
    public async Task LineEndings_OfTheWholeFile_AreAChangeByName()
    {
        using var staging = await Staging.BeginAsync(("f", Ten));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        staging.BeginFromTip();
        await staging.MergeAsync("b", ("f", Ten.Replace("2\n", "two by a\n").Replace("\n", "\r\n")));

        Assert.Equal("2 hunks of 2 tasks: 1 present, 1 overwritten later, 0 lost", (await staging.CheckAsync()).Summary);
    }

    [Fact]
    public async Task AppendedFile_BothSidesLinesStay_AndMayNotBeTakenAway()
    {
        using var staging = await Staging.BeginAsync(("log", "begin\nwithout newline"));
        staging.Appended = ["log"];
        staging.Rights = (_, path) => path == "log" ? TaskWriteAccess.Append : TaskWriteAccess.Write;
        await staging.MergeAsync("a", ("log", "begin\nwithout newline\nby a\nand more by a"));
        await staging.MergeAsync("b", ("log", "begin\nwithout newline\nby b\n"));
        Assert.Empty((await staging.CheckAsync()).Lost);

        staging.BeginFromTip();
        var theirs = await staging.WorkAsync("c", ("log", "begin\nwithout newline\nby b\nby c\n"));
        var merge = await staging.MergeCommitAsync("c", theirs);

        Assert.True((await staging.CheckMergeAsync(merge, "c")).TakesAway);
        Assert.Contains("a", (await staging.CheckAsync()).Lost.Select(h => h.Task));
    }

    [Fact]
    public async Task LostLine_PutBackByHand_IsPresent_AndAcceptedIsByName()
    {
        using var staging = await Staging.BeginAsync(("f", Ten), ("g", "g\n"));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        var theirs = await staging.WorkAsync("b", ("g", "g by b\n"));
        await staging.CommitAsync("b", theirs + "^{tree}", theirs);
        var spoilt = staging.Tip;

        await staging.CommitAsync("", await staging.TreeWithAsync(spoilt, ("f", Ten.Replace("2\n", "two by a\n"))));
        Assert.Equal("2 hunks of 2 tasks: 2 present, 0 overwritten later, 0 lost", (await staging.CheckAsync()).Summary);

        staging.Tip = spoilt;
        await staging.CommitAsync("", spoilt + "^{tree}");
        staging.AcceptsLosses = true;
        Assert.Equal("2 hunks of 2 tasks: 1 present, 1 overwritten later, 0 lost", (await staging.CheckAsync()).Summary);
    }

    [Fact]
    public async Task Work_ThatTookStagingIn_IsComparedWithWhatItTookIn()
    {
        using var staging = await Staging.BeginAsync(("f", Ten));
        await staging.MergeAsync("a", ("f", Ten.Replace("2\n", "two by a\n")));
        var first = await staging.WorkAsync("b", ("f", Ten.Replace("2\n", "two by b\n")));
        var resolved = await staging.CommitObjectAsync(
            await staging.TreeWithAsync(staging.Tip, ("f", Ten.Replace("2\n", "two by a and b\n"))),
            first,
            staging.Tip
        );
        await staging.MergeCommitAsync("b", resolved);

        var report = await staging.CheckAsync();

        Assert.Equal("2 hunks of 2 tasks: 1 present, 1 overwritten later, 0 lost", report.Summary);
        Assert.Equal("two by a", report.Hunks[0].Text);
    }

    private static (string, string, int, string, string, string) Facts(MergedHunk hunk) =>
        (hunk.Task, hunk.Path, hunk.Line, hunk.Text, hunk.By, hunk.ByMerge);

    /// <summary>A staging branch that the test merges to.</summary>
    private sealed class Staging(Opened opened) : IDisposable
    {
        private string _began = "";
        private string _from = "";

        public string Tip { get; set; } = "";

        public IReadOnlyList<string> Appended { get; set; } = [];

        public Func<string, string, TaskWriteAccess> Rights { get; set; } = (_, _) => TaskWriteAccess.Write;

        public bool AcceptsLosses { get; set; }

        public static async Task<Staging> BeginAsync(params (string File, string Content)[] files)
        {
            var opened = await Opened.CreateAsync();
            var began = await opened.Files.CommitAsync("base", files);
            return new Staging(opened)
            {
                _began = began,
                _from = began,
                Tip = began,
            };
        }

        public void BeginFromTip() => _from = Tip;

        public Task<string> WorkAsync(string task, params (string File, string? Content)[] files) =>
            opened.Files.CommitOnBranchAsync(task, _from, task, files);

        public async Task<string> MergeAsync(string task, params (string File, string? Content)[] files) =>
            await MergeCommitAsync(task, await WorkAsync(task, files));

        public async Task MergeExecutableAsync(string task, string file)
        {
            await opened.Files.GitAsync("read-tree", _from);
            await opened.Files.GitAsync("update-index", "--chmod=+x", file);
            await MergeCommitAsync(task, await CommitObjectAsync(await opened.Files.GitAsync("write-tree"), _from));
        }

        public async Task<string> MergeCommitAsync(string task, string theirs)
        {
            var merged = await opened.Merges.MergeAsync(Tip, theirs, Appended);
            Assert.True(merged.IsClean);
            return await CommitAsync(task, merged.Tree, theirs);
        }

        public async Task<string> CommitAsync(string task, string tree, params string[] theirs) =>
            Tip = await opened.Commits.CreateAsync(
                await opened.Files.GitAsync("rev-parse", tree),
                [Tip, .. theirs],
                "a step",
                task.Length == 0 ? null : new CommitTrailers("run", task, 1)
            );

        public Task<string> CommitObjectAsync(string tree, params string[] parents) =>
            opened.Commits.CreateAsync(tree, parents, "work", trailers: null);

        public async Task<string> TreeWithAsync(string commit, (string File, string Content) file)
        {
            await opened.Files.GitAsync("read-tree", commit);
            await File.WriteAllTextAsync(opened.Files.Beside("blob"), file.Content);
            var blob = await opened.Files.GitAsync("hash-object", "-w", opened.Files.Beside("blob"));
            await opened.Files.GitAsync("update-index", "--add", "--cacheinfo", $"100644,{blob},{file.File}");
            return await opened.Files.GitAsync("write-tree");
        }

        public Task<string> ShowAsync(string file) => opened.Files.GitAsync("show", $"{Tip}:{file}");

        public Task<MergedHunkReport> CheckAsync() =>
            new StagingLostChangeDetector(opened.Repository, Appended).OfStagingAsync(
                _began,
                Tip,
                commit =>
                    commit.Trailers?.Task is { } task
                        ? AuthorOf(task)
                        : new StagingBranchCommitAuthor("by hand", IsTask: false, _ => TaskWriteAccess.Write, AcceptsLosses),
                CancellationToken.None
            );

        public Task<MergeLosses> CheckMergeAsync(string merge, string task) =>
            new StagingLostChangeDetector(opened.Repository, Appended).OfMergeAsync(merge, AuthorOf(task), CancellationToken.None);

        public void Dispose() => opened.Dispose();

        private StagingBranchCommitAuthor AuthorOf(string task) => new(task, IsTask: true, path => Rights(task, path));
    }
}
