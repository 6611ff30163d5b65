using Orchestrator.Processes;

namespace Orchestrator.TestKit;

/// <summary>Runs the built <c>orchestrate</c> program as a user would.</summary>
/// <param name="directory">Working directory of the program.</param>
/// <param name="environment">Changes to the environment; null removes a variable.</param>
/// <param name="program">Path of another build of the program, or null for the current one.</param>
public sealed class OrchestrateProgram(string directory, IReadOnlyDictionary<string, string?>? environment = null, string? program = null)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly ProcessRunner _processes = new();

    /// <summary>Path of the program.</summary>
    public static string Path => RepositoryFiles.BuiltProgram("src/Cli", "orchestrate");

    /// <summary>Runs the program to its end.</summary>
    /// <param name="arguments">Arguments of the program.</param>
    public Task<ProcessResult> RunAsync(params string[] arguments) => _processes.RunAsync(Command(arguments));

    /// <summary>Returns the command, for tests that need other limits or streams, or another way to end it.</summary>
    public ChildProcessOptions Command(params string[] arguments) =>
        new(program ?? Path, arguments)
        {
            WorkingDirectory = directory,
            Environment = environment ?? new Dictionary<string, string?>(),
            Timeout = Limit,
        };

    /// <summary>Starts the program and kills it with SIGKILL once a condition is true.</summary>
    /// <param name="log">File that receives its output.</param>
    /// <param name="reached">Condition for the kill; the program must run until then.</param>
    /// <param name="arguments">Arguments of the program.</param>
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
        await _processes.RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {started.ProcessId}"));
        await Eventually.TrueAsync(() => !started.IsAlive());
    }

    /// <summary>Starts the program without waiting for its end.</summary>
    /// <param name="log">File that receives its output.</param>
    /// <param name="arguments">Arguments of the program.</param>
    public Task<ProcessIdentity> StartAsync(string log, params string[] arguments) =>
        new DetachedProcessStarter().StartAsync(
            new DetachedProcessOptions(program ?? Path, arguments)
            {
                WorkingDirectory = directory,
                Environment = environment ?? new Dictionary<string, string?>(),
                OutputFile = log,
                ErrorFile = log,
            }
        );
}
