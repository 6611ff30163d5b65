using System.Diagnostics;
using System.Text;
using Orchestrator.Messages;

namespace Orchestrator.KillTest;

/// <summary>
/// The <c>orchestrate</c> processes of a round: what a user types who wants the run to end, whatever happened to the process before.
/// </summary>
/// <param name="program">Program and leading arguments of the <c>orchestrate</c> command.</param>
/// <param name="repository">The round's repository.</param>
/// <param name="mark">Marks the processes.</param>
/// <param name="inFront">A folder at the front of the commands' PATH, or null for none.</param>
public sealed class RunCommands(IReadOnlyList<string> program, KillRepository repository, string mark, string? inFront = null) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Going = ["--yes", "--no-progress"];
    private static readonly string[] Resume = ["resume", .. Going];
    private const int WorkFailed = 1;
    private const int Usage = 2;
    private const int NeedsPerson = 3;
    private const int Resumable = 4;
    private const int Unavailable = 5;
    private const int Killed = 137;

    private readonly StringBuilder _output = new();
    private readonly List<Process> _running = [];
    private readonly HashSet<int> _disturbed = [];
    private readonly PersonAnswering _person = new(repository);
    private bool _isNew = true;
    private bool _isKept;
    private int? _ending;

    /// <summary>A command has said how the run ended.</summary>
    public bool HasEnded => _ending is not null;

    /// <summary>The output of the commands.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>
    /// Starts what is missing: <c>run</c> where nothing can be continued, else what a user answers, or <c>resume</c>; a second process
    /// only beside a run that was begun.
    /// </summary>
    /// <param name="wanted">Processes that should work on the run.</param>
    public void KeepGoing(int wanted)
    {
        if (_running.Count == 0)
        {
            Start(
                _isNew ? ["run", .. Going, "--approve-risk", "100"]
                : !_isKept && _person.Next() is { } answer ? answer
                : Resume
            );
        }
        else if (_running.Count < wanted && repository.HasOpenRun)
        {
            Start(Resume);
        }
    }

    /// <summary>Says yes to what the repository asks for, so that the user's answers need not.</summary>
    public async Task TrustAsync()
    {
        Start(["trust", "--yes"]);
        await _running[0].WaitForExitAsync();
        _running[0].Dispose();
        _running.Clear();
    }

    /// <summary>Waits until a command has ended, or so long.</summary>
    /// <returns>One has.</returns>
    public async Task<bool> SomeEndedAsync(TimeSpan wait)
    {
        using var limit = new CancellationTokenSource(wait);
        try
        {
            await Task.WhenAny(_running.Select(process => process.WaitForExitAsync(limit.Token)));
        }
        catch (OperationCanceledException)
        {
            // Looked at below.
        }

        var ended = _running.Where(process => process.HasExited).ToList();
        foreach (var process in ended)
        {
            TakeEnd(process);
        }
        return ended.Count > 0;
    }

    /// <summary>Waits for all commands and says what is wrong with how they ended.</summary>
    public async Task<IReadOnlyList<string>> EndAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (_running.Count > 0 && TimeProvider.System.GetElapsedTime(began) < Patience)
        {
            await SomeEndedAsync(TimeSpan.FromSeconds(1));
        }
        var faults = new List<string>();
        if (_ending != 0 && (_ending != WorkFailed || repository.Plan.EndsAs == RunStateNames.Completed))
        {
            faults.Add($"the run ended with exit code {_ending}");
        }
        if (_running.Count > 0)
        {
            faults.Add($"{_running.Count} commands did not end within {Patience} after the run had");
        }
        var log = Path.Combine(repository.OrchestratorFolder, "logs", "engine.log");
        foreach (var line in File.Exists(log) ? File.ReadLines(log).TakeLast(100) : [])
        {
            Note(line);
        }
        return faults;
    }

    /// <summary>Something was killed: a command whose own git that was may say that it can't continue, and is typed again.</summary>
    public void NoteKill(string what)
    {
        Note($"killed: {what}");
        _disturbed.UnionWith(_running.Select(process => process.Id));
    }

    /// <summary>Adds a line to the output.</summary>
    public void Note(string? line)
    {
        if (line is null)
        {
            return;
        }
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }

    public void Dispose()
    {
        foreach (var process in _running)
        {
            process.Kill();
            process.Dispose();
        }
    }

    private void TakeEnd(Process process)
    {
        _running.Remove(process);
        var code = process.ExitCode;
        Note($"[{process.Id} ended with {code}]");

        // Killed between its last step and its last word: there is nothing to resume because all is done.
        if (code == Usage && repository.HasEndedRun)
        {
            code = 0;
        }
        var verb = process.StartInfo.ArgumentList[program.Count - 1];
        var isAnswer = verb is not ("run" or "resume");

        // What a user has said and nobody has heard yet is said once.
        _isKept = isAnswer && code is Resumable or Usage;
        _isNew = code == Usage && !isAnswer;

        // Killed, or there is nothing to continue with yet: then the run never began. Or a user is asked. Whatever else it says is the end.
        if (code == Unavailable && _disturbed.Remove(process.Id))
        {
            Note("[typed again]");
        }
        else if (
            code is not (Usage or Resumable or Killed)
                && !(code is 0 or WorkFailed or NeedsPerson && repository.HasOpenRun && (isAnswer || _person.IsAsked))
            || (code == Usage && verb == "run")
        )
        {
            _ending = code;
        }
        process.Dispose();
    }

    private void Start(IReadOnlyList<string> arguments)
    {
        repository.Answers += arguments[0] is "run" or "resume" or "trust" ? 0 : 1;
        var start = new ProcessStartInfo(program[0], [.. program.Skip(1), .. arguments])
        {
            WorkingDirectory = repository.Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("ORCHESTRATOR_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        start.Environment["PATH"] =
            $"{(inFront is null ? "" : inFront + ":")}{repository.ProgramsFolder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment[Disturber.Variable] = mark;
        start.Environment["HOME"] = repository.Home;
        start.Environment["KILL_TEST_PROGRAM"] = program[0];
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => Note(line.Data);
        process.ErrorDataReceived += (_, line) => Note(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _running.Add(process);
        Note($"$ orchestrate {string.Join(' ', arguments)} [{process.Id}]");
    }
}
