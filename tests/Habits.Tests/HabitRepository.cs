using Orchestrator.TestKit.Git;

namespace Orchestrator.Habits.Tests;

/// <summary>A repository in which a user works as well: branches, tags, a stash, settings, a remote and files of one's own.</summary>
public sealed class HabitRepository : IDisposable
{
    private const string OfTheUser = "the user's";

    // Refs that agents leave, and those that the run is about.
    private static readonly string[] OfOthers = ["/agent/", "/agent-light", "/agent-heavy", "/orchestrator/", "refs/heads/main "];
    private readonly TemporaryRepository _files;

    private HabitRepository(TemporaryRepository files)
    {
        _files = files;
        Beside = Directory.CreateDirectory(files.Beside("beside")).FullName;
        Home = Directory.CreateDirectory(files.Beside("home")).FullName;
    }

    public string Folder => _files.Path;

    /// <summary>A folder outside the repository, for what agents leave elsewhere and for where they meet.</summary>
    public string Beside { get; }

    public string Home { get; }

    public static async Task<HabitRepository> CreateAsync(HabitPlan plan, string agent)
    {
        var repository = new HabitRepository(await TemporaryRepository.CreateEmptyAsync());
        var files = repository._files;
        var script = Path.Combine(repository.Beside, "script.json");
        await File.WriteAllTextAsync(script, plan.ToScript(repository.Beside));
        await files.CommitAsync(
            "Begin",
            ("README.md", "# Product\n"),
            ("src/code.txt", "code\n"),
            ("src/deep/more.txt", "more\n"),
            ("tasks.yaml", plan.ToYaml())
        );
        await files.GitAsync("branch", "feature");
        await files.GitAsync("branch", "agent-of-the-user");
        await files.GitAsync("tag", "v1");
        await files.GitAsync("remote", "add", "origin", "https://user.example/repository.git");
        await files.GitAsync("config", "core.commentChar", ";");
        foreach (var entry in (string[])["first", "second"])
        {
            files.Write("src/code.txt", entry);
            await files.GitAsync("stash", "push", "--quiet", "--message", $"the user's {entry}");
        }

        files.Write("notes.txt", "the user's own\n");
        files.Write(".orchestrator/config.yaml", plan.ToConfiguration(agent, script, repository.Beside));
        return repository;
    }

    public Task<string> GitAsync(params string[] arguments) => _files.GitAsync(arguments);

    /// <summary>Makes the user's changes while agents work; none of them may be attributed to agents.</summary>
    public async Task WorkAsUserAsync()
    {
        await GitAsync("branch", "begun-meanwhile", "main");
        await GitAsync("tag", "meanwhile", "main");
        await GitAsync("config", "user.note", "meanwhile");
        _files.Write("src/code.txt", "meanwhile");
        await GitAsync("stash", "push", "--quiet", "--message", "the user's third");
    }

    /// <summary>All that is the user's, a line each; what agents may add beside it is not in it.</summary>
    public async Task<IReadOnlyList<string>> ReadUsersAsync()
    {
        string[] refs = ["for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags", "refs/remotes"];
        string[] lines =
        [
            .. (await LinesAsync(refs)).Where(line => !OfOthers.Any(part => line.Contains(part, StringComparison.Ordinal))),
            .. (await LinesAsync("stash", "list", "--format=stash %H %s")).Where(line =>
                line.Contains(OfTheUser, StringComparison.Ordinal)
            ),
            .. (await LinesAsync("config", "--list", "--local")).Where(line => !line.StartsWith("remote.agent-", StringComparison.Ordinal)),
            "HEAD " + await GitAsync("symbolic-ref", "HEAD"),
            "notes.txt " + await File.ReadAllTextAsync(Path.Combine(Folder, "notes.txt")),
        ];
        return [.. lines.Order(StringComparer.Ordinal)];
    }

    private async Task<string[]> LinesAsync(params string[] arguments) => (await GitAsync(arguments)).Split('\n');

    public void Dispose() => _files.Dispose();
}
