using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>Runs the built <c>orchestrate</c> program as a user would.</summary>
/// <param name="directory">The directory it runs in.</param>
/// <param name="environment">Changes to its environment: a value sets, null removes.</param>
/// <param name="program">Path of another build of it; null: this one.</param>
public sealed class OrchestrateProgram(string directory, IReadOnlyDictionary<string, string?>? environment = null, string? program = null)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly ProcessRunner _processes = new();

    /// <summary>The program's path.</summary>
    public static string Path => RepositoryFiles.BuiltProgram("src/Cli", "orchestrate");

    /// <summary>Runs it to its end.</summary>
    /// <param name="arguments">Its arguments.</param>
    public Task<ProcessResult> RunAsync(params string[] arguments) => _processes.RunAsync(Command(arguments));

    /// <summary>The command, for tests that want other limits, streams or an end of their own.</summary>
    public ProcessCommand Command(params string[] arguments) =>
        new(program ?? Path, arguments)
        {
            WorkingDirectory = directory,
            Environment = environment ?? new Dictionary<string, string?>(),
            Timeout = Limit,
        };

    /// <summary>Starts it and kills it with SIGKILL, as nobody expects it.</summary>
    /// <param name="log">Gets what it prints.</param>
    /// <param name="reached">When it is killed; it must live so long.</param>
    /// <param name="arguments">Its arguments.</param>
    public async Task KillWhenAsync(string log, Func<bool> reached, params string[] arguments)
    {
        var started = await StartAsync(log, arguments);
        await Eventually.TrueAsync(() => reached() || !started.IsAlive(), Limit);
        if (!started.IsAlive())
        {
            throw new InvalidOperationException(
                $"orchestrate {string.Join(' ', arguments)} ended before it was killed:\n{await File.ReadAllTextAsync(log)}"
            );
        }
        await _processes.RunAsync(new ProcessCommand("/bin/sh", "-c", $"kill -KILL {started.ProcessId}"));
        await Eventually.TrueAsync(() => !started.IsAlive());
    }

    /// <summary>Starts it, and does not wait for its end.</summary>
    /// <param name="log">Gets what it prints.</param>
    /// <param name="arguments">Its arguments.</param>
    public Task<ProcessIdentity> StartAsync(string log, params string[] arguments) =>
        new DetachedProcess().StartAsync(
            new DetachedCommand(program ?? Path, arguments)
            {
                WorkingDirectory = directory,
                Environment = environment ?? new Dictionary<string, string?>(),
                OutputFile = log,
                ErrorFile = log,
            }
        );
}
