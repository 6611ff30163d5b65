using Orchestrator.Processes;

namespace Orchestrator.TestKit.Git;

/// <summary>
/// A git repository in a separate folder that is removed with the test. It ignores the user's git settings, so that tests behave the same
/// everywhere.
/// </summary>
public sealed class TemporaryRepository : IDisposable
{
    private static readonly ProcessRunner Runner = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("repository-test-").FullName;

    private TemporaryRepository()
    {
        Path = System.IO.Path.Combine(_folder, "repository");
        Directory.CreateDirectory(Path);
    }

    /// <summary>Path of the main checkout.</summary>
    public string Path { get; }

    /// <summary>Returns the path of a folder next to the repository, for worktrees and other data of the test.</summary>
    public string Beside(string name) => System.IO.Path.Combine(_folder, name);

    /// <summary>Returns the path of a file in the main checkout.</summary>
    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>Creates a repository with branch <c>main</c> and one commit with <c>README.md</c>.</summary>
    public static async Task<TemporaryRepository> CreateAsync()
    {
        var repository = await CreateEmptyAsync();
        await repository.CommitAsync("start", ("README.md", "# Test\n"));
        return repository;
    }

    /// <summary>Creates a repository with branch <c>main</c> and without commits.</summary>
    public static async Task<TemporaryRepository> CreateEmptyAsync()
    {
        var repository = new TemporaryRepository();
        await repository.GitAsync("init", "--quiet", "--initial-branch=main");
        await repository.GitAsync("config", "user.name", "Test");
        await repository.GitAsync("config", "user.email", "test@example.org");
        return repository;
    }

    /// <summary>Clones another repository with options of <c>git clone</c>.</summary>
    public static async Task<TemporaryRepository> CloneAsync(TemporaryRepository origin, params string[] options)
    {
        var repository = new TemporaryRepository();
        await repository.GitAsync(["clone", "--quiet", .. options, "file://" + origin.Path, repository.Path]);
        await repository.GitAsync("config", "user.name", "Test");
        await repository.GitAsync("config", "user.email", "test@example.org");
        return repository;
    }

    /// <summary>Runs git in the main checkout and returns its output without the last line feed. A failure fails the test.</summary>
    public Task<string> GitAsync(params string[] arguments) => GitInAsync(Path, arguments);

    /// <summary>Runs git in another folder.</summary>
    public async Task<string> GitInAsync(string folder, params string[] arguments)
    {
        var result = await Runner.RunAsync(
            new ChildProcessOptions("git", arguments)
            {
                WorkingDirectory = folder,
                Environment = new Dictionary<string, string?>
                {
                    ["GIT_CONFIG_GLOBAL"] = "/dev/null",
                    ["GIT_CONFIG_SYSTEM"] = "/dev/null",
                    ["LC_ALL"] = "C",
                },
                StandardOutput = ProcessOutputTargets.Capture(64 * 1024 * 1024),
                Timeout = TimeSpan.FromMinutes(2),
            }
        );
        return result.Succeeded
            ? result.StandardOutput.Text.TrimEnd('\n')
            : throw new InvalidOperationException(
                $"git {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.StandardError.Text}"
            );
    }

    /// <summary>Writes a file in the main checkout and creates its folder.</summary>
    public void Write(string file, string content)
    {
        var path = this[file];
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }

    /// <summary>Writes files in the main checkout, commits all changes there and returns the commit's id.</summary>
    public async Task<string> CommitAsync(string message, params (string File, string Content)[] files)
    {
        foreach (var (file, content) in files)
        {
            Write(file, content);
        }

        await GitAsync("add", "--all");
        await GitAsync("commit", "--quiet", "--allow-empty", "-m", message);
        return await GitAsync("rev-parse", "HEAD");
    }

    /// <summary>
    /// Creates a commit on a branch that starts at <paramref name="from"/>, without changing the checkout, and returns the commit's id.
    /// </summary>
    public async Task<string> CommitOnBranchAsync(string branch, string from, string message, params (string File, string? Content)[] files)
    {
        var worktree = Beside($"scratch-{Guid.NewGuid():N}");
        await GitAsync("worktree", "add", "--quiet", "-B", branch, worktree, from);
        foreach (var (file, content) in files)
        {
            var path = System.IO.Path.Combine(worktree, file);
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            if (content is null)
            {
                File.Delete(path);
            }
            else
            {
                await File.WriteAllTextAsync(path, content);
            }
        }

        await GitInAsync(worktree, "add", "--all");
        await GitInAsync(worktree, "commit", "--quiet", "--allow-empty", "-m", message);
        var commit = await GitInAsync(worktree, "rev-parse", "HEAD");
        await GitAsync("worktree", "remove", "--force", worktree);
        return commit;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!Directory.Exists(_folder))
        {
            return;
        }

        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // Directory.Delete fails on inaccessible folders, names that are not valid text, and paths that are too long.
            using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", "chmod -R u+rwX \"$1\"; rm -rf -- \"$1\"", "sh", _folder]);
            shell.WaitForExit();
        }
    }
}
