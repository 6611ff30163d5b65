using System.Globalization;
using System.Text;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Orchestrator.TestKit.Git;

namespace Orchestrator.Benchmarks.Runs;

/// <summary>A repository with a plan of tasks that each write one file, an agent that only does that, and the built command.</summary>
internal sealed class BenchRepository : IDisposable
{
    private readonly Dictionary<string, string?> _environment;

    private BenchRepository(TemporaryRepository repository, string program)
    {
        Repository = repository;
        Program = program;
        _environment = new Dictionary<string, string?>
        {
            ["XDG_CONFIG_HOME"] = repository.Beside("config"),
            ["XDG_CACHE_HOME"] = repository.Beside("cache"),
            ["XDG_STATE_HOME"] = repository.Beside("state"),
            ["XDG_RUNTIME_DIR"] = repository.Beside("runtime"),
        };
    }

    public TemporaryRepository Repository { get; }

    public string Program { get; }

    /// <param name="program">The built command.</param>
    /// <param name="tasks">Number of independent tasks, with one gate each.</param>
    /// <param name="agent">The agent: a shell script.</param>
    /// <param name="settings">More of the configuration, whole lines.</param>
    /// <param name="more">More files of each task, each after a comma, with {0} for the task's number.</param>
    public static async Task<BenchRepository> CreateAsync(string program, int tasks, string agent, string settings = "", string more = "")
    {
        var repository = await TemporaryRepository.CreateAsync();
        var plan = new StringBuilder("tasks:\n");
        for (var i = 1; i <= tasks; i++)
        {
            var others = more.Replace("{0}", i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            plan.Append(
                CultureInfo.InvariantCulture,
                $"  - {{id: t{i}, description: Task {i}, prompt: Write t{i}.txt, files_write: [t{i}.txt{others}], files_read: [], "
                    + $"verification: [{{command: test -s t{i}.txt}}]}}\n"
            );
        }
        repository.Write("agent.sh", AgentCommits.Shell() + agent);
        repository.Write(
            ".orchestrator/config.yaml",
            $"agents: {{script: {{command: [/bin/sh, agent.sh]}}}}\nagent: script\nworkers: 5\n{settings}"
        );
        await repository.CommitAsync("start", ("tasks.yaml", plan.ToString()));
        return new BenchRepository(repository, program);
    }

    /// <summary>Sets a variable of the command's environment.</summary>
    public void Set(string name, string value) => _environment[name] = value;

    public ChildProcessOptions Orchestrate(params string[] arguments) =>
        new(Program, arguments)
        {
            WorkingDirectory = Repository.Path,
            Environment = _environment,
            Timeout = TimeSpan.FromMinutes(3),
        };

    public async Task<ProcessResult> RunAsync(params string[] arguments)
    {
        var result = await new ProcessRunner().RunAsync(Orchestrate(arguments));
        return result.ExitCode == 0
            ? result
            : throw new InvalidOperationException(
                $"orchestrate {string.Join(' ', arguments)}: exit code {result.ExitCode}\n{result.StandardError.Text}"
            );
    }

    /// <summary>True when the run's record has this transition.</summary>
    public bool Happened(string task, string state)
    {
        var runs = Repository[".orchestrator/runs"];
        return Directory.Exists(runs)
            && Directory
                .EnumerateFiles(runs, "events.jsonl", SearchOption.AllDirectories)
                .Any(f => ReadShared(f).Contains($"\"task\":\"{task}\",\"state\":\"{state}\"", StringComparison.Ordinal));
    }

    public void Dispose() => Repository.Dispose();

    private static string ReadShared(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
