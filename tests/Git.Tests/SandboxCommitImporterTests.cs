using Orchestrator.Git.Refs;
using Orchestrator.Git.Worktrees;
using Orchestrator.Processes;

namespace Orchestrator.Git.Tests;

/// <summary>
/// Commits of a confined agent are fetched, but no other change of its objects and refs. Git's own variables and writes to the targets of
/// the mounts simulate the sandbox.
/// </summary>
public sealed class SandboxCommitImporterTests
{
    private const string Branch = "refs/heads/orchestrator/run-1/t/one";

    [Fact]
    public async Task TakeOver_CommitOfTheAgent_IsThereWithItsObjects()
    {
        using var opened = await Opened.CreateAsync();
        var (worktree, folder, commits) = await BeginAsync(opened);
        var made = await CommitAsync(opened, worktree, folder, "mine");

        Assert.False(await opened.Repository.HasCommitAsync(made));
        Assert.Equal("", await commits.ImportAsync(CancellationToken.None));

        Assert.Equal(made, await new RefStore(opened.Repository).ReadAsync(Branch));
        Assert.Equal("mine", await opened.Files.GitAsync("show", $"{made}:a"));
        Assert.Equal("", await commits.ImportAsync(CancellationToken.None));
        commits.Remove();
        Assert.False(commits.Exists);
        Assert.Equal("", await opened.Files.GitAsync("fsck", "--no-dangling"));
    }

    [Fact]
    public async Task TakeOver_BranchMovedBySomebodyElse_StaysAndTheAgentsCommitsAreKept()
    {
        using var opened = await Opened.CreateAsync();
        var (worktree, folder, commits) = await BeginAsync(opened);
        var made = await CommitAsync(opened, worktree, folder, "mine");
        var head = await opened.HeadAsync();
        var other = await opened.Files.GitAsync("commit-tree", "-p", head, "-m", "a person's", $"{head}^{{tree}}");
        await opened.Files.GitAsync("update-ref", Branch, other);

        var problem = await commits.ImportAsync(CancellationToken.None);

        Assert.Contains(made, problem, StringComparison.Ordinal);
        Assert.Equal(other, await opened.Files.GitAsync("rev-parse", Branch));
        Assert.Equal("mine", await opened.Files.GitAsync("show", $"refs/orchestrator/foreign/{made}:a"));
    }

    [Theory]
    [InlineData("echo 1234567890123456789012345678901234567890 > common/refs/heads/orchestrator/run-1/t/one")]
    [InlineData("echo no-id > common/refs/heads/orchestrator/run-1/t/one")]
    [InlineData("rm common/refs/heads/orchestrator/run-1/t/one; ln -s /etc/passwd common/refs/heads/orchestrator/run-1/t/one")]
    [InlineData("rm common/refs/heads/orchestrator/run-1/t/one; mkfifo common/refs/heads/orchestrator/run-1/t/one")]
    [InlineData("rm -rf objects/?? common")]
    [InlineData("for f in objects/??/*; do chmod +w $f; echo broken > $f; done")]
    [InlineData("for f in objects/??/*; do rm -f $f; mkfifo $f; done")]
    [InlineData("for f in objects/??/*; do rm -f $f; ln -s /dev/zero $f; done")]
    [InlineData("mkdir -p objects/ff; mkfifo objects/ff/12345678901234567890123456789012345678")]
    [InlineData("echo /nowhere > objects/info/alternates; echo broken > objects/pack/pack-1.pack; echo x > objects/pack/pack-1.idx")]
    [InlineData(
        "p=objects/pack; for n in idx pack; do mkfifo $p/pack-1234567890123456789012345678901234567890.$n; done; mkfifo $p/multi-pack-index"
    )]
    [InlineData("rmdir objects/pack; mkfifo objects/pack")]
    public async Task TakeOver_DamagedByTheAgent_RepositoryIsWholeAndItEndsAtOnce(string deed)
    {
        using var opened = await Opened.CreateAsync();
        var (worktree, folder, commits) = await BeginAsync(opened);
        await CommitAsync(opened, worktree, folder, "mine");
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", deed) { WorkingDirectory = folder });

        await commits.ImportAsync(CancellationToken.None).WaitAsync(TestKit.Eventually.Timeout());

        var tip = await opened.Files.GitAsync("rev-parse", Branch);
        Assert.True(await opened.Repository.HasCommitAsync(tip));
        Assert.Equal("", await opened.Files.GitAsync("fsck", "--no-dangling", "--no-reflogs"));
    }

    /// <summary>A link would bring the objects of a repository that no sandbox shows.</summary>
    [Theory]
    [InlineData("rmdir objects/pack; ln -s {0}/pack objects/pack")]
    [InlineData("ln -s {0}/pack/* objects/pack/")]
    [InlineData("echo {0} >objects/info/alternates")]
    public async Task TakeOver_LinkToAnotherRepository_BringsNothingOfIt(string deed)
    {
        using var opened = await Opened.CreateAsync();
        using var other = await Opened.CreateAsync();
        await File.WriteAllTextAsync(Path.Combine(other.Repository.MainCheckout!, "secret"), "canary");
        var secret = await other.Files.GitAsync("hash-object", "-w", "secret");
        await other.Files.GitAsync("repack", "-adq", "--keep-unreachable");
        var (worktree, folder, commits) = await BeginAsync(opened);
        var made = await CommitAsync(opened, worktree, folder, "mine");
        var objects = Path.Combine(other.Repository.CommonDirectory, "objects");
        var script = deed.Replace("{0}", objects, StringComparison.Ordinal);
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", script) { WorkingDirectory = folder });

        Assert.Equal("", await commits.ImportAsync(CancellationToken.None));

        Assert.Equal(made, await new RefStore(opened.Repository).ReadAsync(Branch));
        Assert.DoesNotContain(
            secret,
            await opened.Files.GitAsync("cat-file", "--batch-all-objects", "--batch-check"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task TakeOver_LargeFiles_OnlyThoseThatAreWhatTheirNameSaysAndNoneInPlaceOfAnother()
    {
        using var opened = await Opened.CreateAsync();
        var shared = Path.Combine(opened.Repository.CommonDirectory, "lfs");
        Directory.CreateDirectory(shared);
        var (_, folder, commits) = await BeginAsync(opened);
        Assert.Equal(
            [(shared, true)],
            commits
                .AddTo(new Sandbox("/bin/bwrap"))
                .Substitutes.Where(other => other.Source == Path.Combine(folder, "lfs"))
                .Select(other => (other.Path, other.IsWritable))
        );
        var (good, forged, linked) = (Named("content"), Named("another"), Named("a link"));
        Write(folder, good, "content");
        Write(folder, forged, "evil");
        File.Delete(Write(folder, linked, ""));
        File.CreateSymbolicLink(Path.Combine(folder, PlaceOf(linked)), "/dev/zero");
        await File.WriteAllTextAsync(Path.Combine(folder, "lfs", "objects", "stray"), "stray");

        var problem = await commits.ImportAsync(CancellationToken.None);

        Assert.Contains(forged, problem, StringComparison.Ordinal);
        Assert.Contains(linked, problem, StringComparison.Ordinal);
        Assert.DoesNotContain(good, problem, StringComparison.Ordinal);
        Assert.Equal(
            [Path.Combine(opened.Repository.CommonDirectory, PlaceOf(good))],
            Directory.GetFiles(shared, "*", SearchOption.AllDirectories)
        );
        Write(folder, good, "evil by now");
        Assert.Equal("", await commits.ImportAsync(CancellationToken.None));
        Assert.Equal("content", await File.ReadAllTextAsync(Path.Combine(opened.Repository.CommonDirectory, PlaceOf(good))));

        static string Named(string content) =>
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        static string PlaceOf(string id) => $"lfs/objects/{id[..2]}/{id[2..4]}/{id}";
        static string Write(string folder, string id, string content)
        {
            var path = Path.Combine(folder, PlaceOf(id));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
            return path;
        }
    }

    private static async Task<(Worktree Worktree, string Folder, SandboxCommitImporter Commits)> BeginAsync(Opened opened)
    {
        var worktree = await opened.TaskWorktreeAsync("one");
        var folder = Directory.CreateDirectory(opened.Files.Beside("start")).FullName;
        var commits = new SandboxCommitImporter(worktree, Branch, folder);
        await commits.PrepareAsync(CancellationToken.None);
        return (worktree, folder, commits);
    }

    /// <summary>Commits like git in the sandbox, with objects and the branch in the agent's own folders.</summary>
    private static async Task<string> CommitAsync(Opened opened, Worktree worktree, string folder, string text)
    {
        await File.WriteAllTextAsync(Path.Combine(worktree.Path, "a"), text);
        var script = $"""
            export GIT_OBJECT_DIRECTORY='{folder}/objects' GIT_ALTERNATE_OBJECT_DIRECTORIES='{opened.Repository.CommonDirectory}/objects'
            git add a && tree=$(git write-tree) && git commit-tree -p HEAD -m mine $tree
            """;
        var made = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("/bin/sh", "-c", script)
            {
                WorkingDirectory = worktree.Path,
                Environment = new Dictionary<string, string?>
                {
                    ["GIT_AUTHOR_NAME"] = "A",
                    ["GIT_AUTHOR_EMAIL"] = "a@b",
                    ["GIT_COMMITTER_NAME"] = "A",
                    ["GIT_COMMITTER_EMAIL"] = "a@b",
                },
            }
        );
        var commit = made.StandardOutput.Text.Trim();
        await File.WriteAllTextAsync(Path.Combine(folder, "common", Branch), commit + "\n");
        return commit;
    }
}
