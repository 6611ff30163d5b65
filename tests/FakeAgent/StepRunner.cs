using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Orchestrator.FakeAgent.Habits;

namespace Orchestrator.FakeAgent;

/// <summary>Runs the steps that all agents support. The first member of a step names it. README.md lists them.</summary>
/// <param name="style">Style in which the agent commits.</param>
internal sealed class StepRunner(CommitStyle style)
{
    private readonly List<PosixSignalRegistration> _ignored = [];
    private readonly Committer _committer = new(style);
    private bool _hasHabit;

    /// <summary>Requested exit code, or null if there is none.</summary>
    internal int? ExitCode { get; private set; }

    /// <summary>Runs one step.</summary>
    /// <returns>False if the step is unknown here.</returns>
    internal bool Play(JsonObject step)
    {
        (var name, var value) = step.First();
        var text = Text(value);
        switch (name)
        {
            case "write":
                MakeFolder(text);
                File.WriteAllText(text, Text(step["text"]));
                _committer.AfterFile(text);
                return true;
            case "append":
                MakeFolder(text);
                File.AppendAllText(text, Text(step["text"]));
                _committer.AfterFile(text);
                return true;
            case "delete":
                File.Delete(text);
                _committer.AfterFile(text);
                return true;
            case "link":
                MakeFolder(text);
                File.CreateSymbolicLink(text, Text(step["to"]));
                _committer.AfterFile(text);
                return true;
            case "print":
                Console.Out.WriteLine(text);
                return true;
            case "error":
                Console.Error.WriteLine(text);
                return true;
            case "raw":
                PrintRaw(Convert.FromBase64String(text), Number(step["times"], 1));
                return true;
            case "waitFor":
                WaitFor(text, step["seconds"] is { } seconds ? TimeSpan.FromSeconds((int)seconds) : Timeout.InfiniteTimeSpan);
                return true;
            case "touch":
                MakeFolder(text);
                File.WriteAllText(text, "");
                return true;
            case "habit":
                _hasHabit = true;
                return HabitTable.Play(
                    text,
                    new AgentWork(AgentScript.Task, Text(step["beside"])),
                    mends: AgentScript.Start > Number(step["starts"], int.MaxValue)
                );
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                return true;
            case "ignoreSignals":
                IgnoreSignals();
                return true;
            case "daemon":
                StartDaemon(text);
                return true;
            case "run":
                ExitCode = Run([.. ((JsonArray)value!).Select(Text)]) is var code and not 0 ? code : ExitCode;
                return true;
            case "killParent":
                Run(["/bin/kill", "-KILL", ParentId().ToString(CultureInfo.InvariantCulture)]);
                return true;
            case "exit":
                ExitCode = Number(value, 0);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Handles the end of the steps, at which an agent commits unless a habit does.</summary>
    internal void End()
    {
        if (!_hasHabit)
        {
            _committer.AtEnd();
        }
    }

    /// <summary>Replaces <c>${start}</c>, <c>${repository}</c>, <c>${task}</c>, <c>${attempt}</c> and <c>${cwd}</c>.</summary>
    internal static string Text(JsonNode? value) =>
        (value is JsonValue scalar && scalar.TryGetValue(out string? text) ? text : value?.ToJsonString() ?? "")
            .Replace("${start}", Environment.GetEnvironmentVariable("ORCHESTRATOR_START"), StringComparison.Ordinal)
            .Replace("${repository}", Environment.GetEnvironmentVariable("ORCHESTRATOR_REPOSITORY"), StringComparison.Ordinal)
            .Replace("${task}", AgentScript.Task, StringComparison.Ordinal)
            .Replace("${attempt}", AgentScript.Attempt.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("${cwd}", Directory.GetCurrentDirectory(), StringComparison.Ordinal);

    private static int Number(JsonNode? value, int otherwise) => value is null ? otherwise : (int)value;

    private static void MakeFolder(string file) => Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);

    /// <summary>Waits for a file. With a time limit it continues after the limit, and meanwhile prints lines that show that the agent is
    /// alive.</summary>
    private static void WaitFor(string file, TimeSpan limit)
    {
        var begin = Stopwatch.GetTimestamp();
        var told = begin;
        while (!File.Exists(file) && (limit == Timeout.InfiniteTimeSpan || Stopwatch.GetElapsedTime(begin) < limit))
        {
            if (limit != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(told) > TimeSpan.FromSeconds(1))
            {
                told = Stopwatch.GetTimestamp();
                Console.Out.WriteLine($"waiting for {file}");
            }

            Thread.Sleep(20);
        }
    }

    private static void PrintRaw(byte[] bytes, int times)
    {
        using var output = Console.OpenStandardOutput();
        for (var i = 0; i < times; i++)
        {
            output.Write(bytes);
        }
    }

    /// <summary>Starts a process that leaves our session, ignores polite signals and writes its id to a file.</summary>
    private static void StartDaemon(string pidFile) =>
        Run([
            "/bin/sh",
            "-c",
            """setsid sh -c 'trap "" TERM INT HUP; echo $$ >"$1"; exec sleep 600' sh "$1" </dev/null >/dev/null 2>&1 &""",
            "sh",
            pidFile,
        ]);

    private static int Run(string[] command)
    {
        using var process = Process.Start(command[0], command[1..]);
        process.WaitForExit();
        return process.ExitCode;
    }

    private static int ParentId()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(
            stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture
        );
    }

    private void IgnoreSignals()
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            _ignored.Add(PosixSignalRegistration.Create(signal, context => context.Cancel = true));
        }
    }
}
