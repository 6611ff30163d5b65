using Orchestrator.Git.Commits;
using Orchestrator.Git.Worktrees;

namespace Orchestrator.Git.Tests;

public sealed class GitDiffReaderTests
{
    [Fact]
    public async Task Between_AllKindsOfChange_AreTold()
    {
        using var opened = await Opened.CreateAsync();
        var from = await opened.Files.CommitAsync(
            "from",
            ("gone", "g"),
            ("changed", "1"),
            ("moved", "a long enough content to be found as a rename\n"),
            ("tool", "#!"),
            ("link", "x")
        );
        File.Delete(opened.Files["gone"]);
        File.Move(opened.Files["moved"], opened.Files["moved to"]);
        File.SetUnixFileMode(opened.Files["tool"], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.Delete(opened.Files["link"]);
        File.CreateSymbolicLink(opened.Files["link"], "/etc/passwd");
        var to = await opened.Files.CommitAsync("to", ("changed", "2"), ("new\nline \"q\" ü", "n"));

        var changes = (await opened.Diffs.BetweenAsync(from, to)).ToDictionary(file => file.Path);

        Assert.Equal(
            ["changed", "gone", "link", "moved", "moved to", "new\nline \"q\" ü", "tool"],
            changes.Keys.Order(StringComparer.Ordinal)
        );
        Assert.Equal(FileChange.Modified, changes["changed"].Change);
        Assert.Equal(FileChange.Deleted, changes["gone"].Change);
        Assert.Equal(FileChange.Deleted, changes["moved"].Change);
        Assert.Equal(FileChange.Added, changes["moved to"].Change);
        Assert.Equal(FileChange.TypeChanged, changes["link"].Change);
        Assert.Equal(ChangedFile.SymbolicLink, changes["link"].NewMode);
        Assert.Equal(("100644", "100755"), (changes["tool"].OldMode, changes["tool"].NewMode));
        Assert.Equal(FileChange.Added, changes["new\nline \"q\" ü"].Change);
    }

    [Fact]
    public async Task OfWorktree_CommittedStagedChangedAndUntracked_AreAllThere()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.Files.CommitAsync("start", (".gitignore", "ignored\n"), ("a", "a"), ("b", "b"));
        var worktree = await opened.TaskWorktreeAsync("t");
        void Write(string name) => File.WriteAllText(Path.Combine(worktree.Path, name), "work");
        Write("committed");
        await opened.Files.GitInAsync(worktree.Path, "add", "committed");
        await opened.Files.GitInAsync(worktree.Path, "commit", "--quiet", "-m", "agent");
        Write("staged");
        await opened.Files.GitInAsync(worktree.Path, "add", "staged");
        Write("a");
        File.Delete(Path.Combine(worktree.Path, "b"));
        Write("untracked ü\n");
        Write("ignored");
        File.CreateSymbolicLink(Path.Combine(worktree.Path, "link"), "/etc");
        await opened.Files.GitInAsync(worktree.Path, "init", "--quiet", "nested");
        File.WriteAllText(Path.Combine(worktree.Path, "nested", "inside"), "x");

        var changes = (await new WorktreeDiffReader(worktree).AgainstAsync(start)).ToDictionary(file => file.Path);

        Assert.Equal(["a", "b", "committed", "link", "nested", "staged", "untracked ü\n"], changes.Keys.Order(StringComparer.Ordinal));
        Assert.True(changes["untracked ü\n"].IsUntracked);
        Assert.Equal(ChangedFile.SymbolicLink, changes["link"].NewMode);
        Assert.True(changes["nested"].IsSubmodule);
    }

    [Fact]
    public async Task OfWorktree_HeadNotMoved_IsTheSameByOneCallAsByTwo()
    {
        using var opened = await Opened.CreateAsync();
        await opened.Files.CommitAsync(
            "start",
            ("a b", "1"),
            ("gone", "1"),
            ("staged", "1"),
            ("mode", "1"),
            ("link", "1"),
            ("both", "1"),
            ("ü\n", "1")
        );
        var worktree = await opened.TaskWorktreeAsync("t");
        void Write(string name, string content) => File.WriteAllText(Path.Combine(worktree.Path, name), content);
        Write("a b", "2");
        Write("ü\n", "2");
        Write("new file", "x");
        Write("staged", "2");
        Write("staged new", "2");
        await opened.Files.GitInAsync(worktree.Path, "add", "staged", "staged new");
        File.Delete(Path.Combine(worktree.Path, "gone"));
        File.Delete(Path.Combine(worktree.Path, "link"));
        File.CreateSymbolicLink(Path.Combine(worktree.Path, "link"), "/etc");
        File.SetUnixFileMode(
            Path.Combine(worktree.Path, "mode"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        );
        var head = await opened.HeadAsync();

        var byOne = await new WorktreeDiffReader(worktree).AgainstAsync(head);
        var byTwo = await new WorktreeDiffReader(worktree).AgainstAsync(head + "^{commit}");
        Write("both", "2");
        await opened.Files.GitInAsync(worktree.Path, "add", "both");
        Write("both", "1");
        var reverted = await new WorktreeDiffReader(worktree).AgainstAsync(head);

        Assert.Equal(byTwo.Select(Facts).Order(), byOne.Select(Facts).Order());
        Assert.Equal(8, byOne.Count);
        Assert.DoesNotContain(reverted, file => file.Path == "both");

        static string Facts(ChangedFile file) => $"{file.Path} {file.Change} {file.OldMode} {file.NewMode} {file.OldId} {file.IsUntracked}";
    }

    [Fact]
    public async Task OfWorktree_OnlyTheIndexLacksFiles_TheyAreNeitherDeletedNorAdded()
    {
        using var opened = await Opened.CreateAsync();
        var start = await opened.HeadAsync();
        var worktree = await opened.TaskWorktreeAsync("t");
        var staging = await opened.Files.CommitAsync("staging", ("same", "1"), ("other", "1"), ("gone", "1"));

        // As after a conflict: what staging has is in the files, and the branch and its index are at the base.
        await WorktreeContentSaver.RestoreAsync(worktree, staging, WorktreeDiscardPermit.OfOurMaking(worktree.Path));
        File.WriteAllText(Path.Combine(worktree.Path, "other"), "2");
        File.WriteAllText(Path.Combine(worktree.Path, "own"), "1");
        File.Delete(Path.Combine(worktree.Path, "gone"));
        var changes = await new WorktreeDiffReader(worktree).AgainstAsync(staging);

        Assert.NotEqual(start, staging);
        Assert.Equal(
            ["Added own", "Deleted gone", "Modified other"],
            changes.Select(file => $"{file.Change} {file.Path}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Patch_LongerThanTheLimit_IsCutAndSaysSo()
    {
        using var opened = await Opened.CreateAsync();
        var from = await opened.HeadAsync();
        var to = await opened.Files.CommitAsync("to", ("a b", "small\n"), ("big", string.Concat(Enumerable.Repeat("line\n", 10_000))));

        var one = await opened.Diffs.PatchAsync(from, to, ["a b"]);
        var all = await opened.Diffs.PatchAsync(from, to, limit: 2000);

        Assert.False(one.IsCut);
        Assert.Contains("+small", one.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("big", one.Text, StringComparison.Ordinal);
        Assert.True(all.IsCut);
        Assert.InRange(all.Text.Length, 1900, 2200);
    }

    [Fact]
    public async Task SumLines_TextAndBinaryFiles_CountsAddedAndRemovedLinesOfTextFiles()
    {
        using var opened = await Opened.CreateAsync();
        var from = await opened.Files.CommitAsync("from", ("a\tb", "1\n2\n3\n"), ("gone", "1\n"));
        File.Delete(Path.Combine(opened.Files.Path, "gone"));
        var to = await opened.Files.CommitAsync("to", ("a\tb", "1\n2\n"), ("new", "1\n2\n3\n"), ("image", "\0\n\0\n"));

        Assert.Equal((3, 2), await opened.Diffs.SumLinesAsync(from, to));
    }

    [Fact]
    public async Task Patch_UsersDiffSettings_HaveNoSay()
    {
        using var opened = await Opened.CreateAsync();
        var from = await opened.HeadAsync();
        var to = await opened.Files.CommitAsync("to", ("a", "x\n"));
        await opened.Files.GitAsync("config", "diff.external", "false");
        await opened.Files.GitAsync("config", "color.ui", "always");
        await opened.Files.GitAsync("config", "diff.noprefix", "true");

        var patch = await opened.Diffs.PatchAsync(from, to);

        Assert.StartsWith("diff --git a/a b/a\n", patch.Text, StringComparison.Ordinal);
    }
}
