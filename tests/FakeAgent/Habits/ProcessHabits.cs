using System.Diagnostics;
using System.Text;

namespace Orchestrator.FakeAgent.Habits;

/// <summary>Habits concerning the agent's end, its output, and processes that outlive it.</summary>
internal static class ProcessHabits
{
    private const int Megabytes = 60;

    internal static IReadOnlyDictionary<string, Action<AgentWork>> All { get; } =
        new Dictionary<string, Action<AgentWork>>
        {
            ["leaves-server"] = LeaveServer,
            ["prints-60-mb"] = PrintMuch,
            ["exits-1-after-good-work"] = work => ExitOne(work.CommitAll, "1 warning found"),
            ["exits-1-after-half-its-work"] = work => ExitOne(() => work.Commit(1), "out of ideas"),
            ["exits-1-without-work"] = _ => ExitOne(() => { }, "unknown option"),
            ["asks-on-stdin"] = AskOnStandardInput,
            ["asks-and-hangs"] = AskAndHang,
            ["asks-and-ends"] = AskAndEnd,
            ["says-blocked"] = SayBlocked,
        };

    /// <summary>Starts a server in a separate session and never stops it.</summary>
    private static void LeaveServer(AgentWork work)
    {
        work.Commit(1);
        var address = Path.Combine(work.Beside, $"server-of-{work.Task}");
        using var shell = Process.Start(
            "/bin/sh",
            ["-c", "setsid \"$1\" serve \"$2\" >/dev/null 2>&1 </dev/null &", "sh", Environment.ProcessPath!, address]
        );
        shell.WaitForExit();
        while (!File.Exists(address))
        {
            Thread.Sleep(20);
        }

        work.Commit(2);
        work.Commit(3);
    }

    private static void PrintMuch(AgentWork work)
    {
        work.Commit(1);
        var line = Encoding.ASCII.GetBytes(new string('x', 1023) + "\n");
        using (var output = Console.OpenStandardOutput())
        {
            for (var i = 0; i < Megabytes * 1024; i++)
            {
                output.Write(line);
            }
        }

        work.Commit(2);
        work.Commit(3);
    }

    private static void ExitOne(Action work, string last)
    {
        work();
        Console.Error.WriteLine(last);
        Environment.Exit(1);
    }

    private static void AskOnStandardInput(AgentWork work)
    {
        work.Commit(1);
        Console.Out.WriteLine("Shall I write the other parts as well? [Y/n]");
        Console.In.ReadToEnd();
        work.Commit(2);
        work.Commit(3);
    }

    private static void AskAndHang(AgentWork work)
    {
        work.Commit(1);
        Console.Out.WriteLine("Which database shall I use?");
        Thread.Sleep(Timeout.Infinite);
    }

    private static void AskAndEnd(AgentWork work)
    {
        work.Commit(1);
        Console.Out.WriteLine("Before I go on: which database shall I use?");
    }

    private static void SayBlocked(AgentWork work)
    {
        work.Commit(1);
        File.WriteAllText(".task-status.json", """{"status":"blocked","needs_dependency":{"name":"left-pad","version":"1.3.0"}}""");
    }
}
