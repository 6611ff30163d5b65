using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Orchestrator.FakeAgent.Rude;

/// <summary>An agent that misbehaves in one way, in the dialect of its command line. <c>FAKE_AGENT_RUDENESS</c> names the misbehavior. The
/// test kit lists all of them with the expected results.</summary>
internal sealed class RudeAgent
{
    /// <summary>Environment variable that names the misbehavior.</summary>
    internal const string Variable = "FAKE_AGENT_RUDENESS";

    private const string Own = "100";
    private readonly Dialect _dialect;
    private readonly Stream _out = Console.OpenStandardOutput();
    private string _session;

    private RudeAgent(Dialect dialect)
    {
        _dialect = dialect;
        _session = dialect.Session;
    }

    /// <summary>Runs the agent.</summary>
    internal static int Run(string rudeness, string[] arguments)
    {
        RudeAgent agent = new(Dialect.Of(arguments));
        var isMute = rudeness is "unknown-flag" or "unknown-flag-help" or "exit-0-with-nothing";
        if (agent._dialect is AcpDialect acp)
        {
            if (!isMute && rudeness != "exit-3-with-nothing")
            {
                acp.Open(rudeness is "no-session-id" ? "" : null);
                agent._session = acp.Session;
            }
        }
        else if (rudeness != "exits-before-reading-stdin")
        {
            Console.OpenStandardInput().CopyTo(Stream.Null);
        }
        if (!isMute)
        {
            agent.KeepConversation();
        }
        return agent.Play(rudeness);
    }

    private int Play(string rudeness) =>
        rudeness switch
        {
            "polite" or "exits-before-reading-stdin" => Politely(),
            "unknown-flag" => Complain($"error: unexpected argument '{_dialect.Flags.First()}' found\n\nUsage: agent [OPTIONS]\n", 2),
            "unknown-flag-help" => Complain(
                "agent [message..]\n\nOptions:\n  -h, --help     show help\n  -v, --version  show version\n",
                1
            ),
            "unknown-event" => Politely(before: () => Line(_dialect.Unknown(_session))),
            "unknown-event-only" => Only(_dialect.Unknown(_session)),
            "exit-0-with-nothing" => 0,
            "exit-3-with-nothing" => 3,
            "hangs-on-a-question" => Hang("Continue? [y/N] "),
            "commits-by-itself" => Politely(before: () => Git("commit", "-q", "--allow-empty", "-m", "mine")),
            "resumes-another" or "wrong-session-id" => Politely(session: _dialect.Own[..^1] + "8"),
            "cumulative-usage" => Politely(own: "50", all: _dialect.Resumed is null ? "50" : "150"),
            "warning-before-the-json" => Politely(first: "WARNING: proceeding, even though we could not create PATH aliases"),
            "child-left-behind" => Politely(before: LeaveChild),
            "line-of-50-mb" => Politely(before: () => Line(_dialect.Say(_session, new string('x', 50_000_000)))),
            "line-of-70-mb" => Politely(before: () => Line(_dialect.Say(_session, new string('x', 70_000_000)))),
            "invalid-utf-8" => Politely(before: () => Raw([0xff, 0xfe, (byte)'\n', .. Broken(_dialect.Say(_session, "b@d"))])),
            "nuls" => Politely(before: () =>
                Raw([0, 0, 0, (byte)'\n', 0, .. Encoding.UTF8.GetBytes(_dialect.Say(_session, "after")), 0, (byte)'\n'])
            ),
            "closes-stdout-early" => CloseEarly(),
            "result-twice" => Politely(after: () => Lines(_dialect.Done(_session, Own, Own))),
            "no-newline-at-the-end" => Politely(lastEnd: ""),
            "ignores-sigterm" => IgnoreSignals(),
            "writes-outside" => Politely(before: WriteOutside),
            "prose-on-stdout" => Only("I have done all of it, believe me."),
            "negative-tokens" => Politely(own: "-100", all: "-100"),
            "absurd-tokens" => Politely(own: "1e300", all: "1e300"),
            "limit" => Fail(Trouble.Limit),
            "unauthorized" => Fail(Trouble.Unauthorized),
            "throttled" => Fail(Trouble.Throttled),
            "overloaded" => Fail(Trouble.Overloaded),
            "truncated-json" => Truncate(),
            "ansi-escapes" => Politely(decorate: line => $"\u001b[32m\u001b[1m{line}\u001b[0m\u001b[K"),
            "byte-order-mark-and-crlf" => Politely(first: "\uFEFF", decorate: line => line + "\r"),
            "exit-1-after-done" => Politely(exit: 1),
            "error-then-done" => Politely(before: () => Lines(_dialect.Retry(_session) is { } retry ? [retry] : [])),
            "no-session-id" => NoSession(),
            "deep-json" => Politely(before: () => Line(new string('[', 100_000))),
            "other-json-values" => Politely(before: () => Lines(["[1,2]", "42", "null", "\"text\"", "true", "{}", """{"type":7}"""])),
            "killed" => Kill(),
            "floods-stderr" => Politely(before: Flood),
            "wrong-types" => Politely(before: () => Lines(WrongTypes())),
            _ => throw new InvalidDataException($"There is no rudeness '{rudeness}'."),
        };

    private int Politely(
        Action? before = null,
        Action? after = null,
        string? session = null,
        string own = Own,
        string? all = null,
        string? first = null,
        string lastEnd = "\n",
        Func<string, string>? decorate = null,
        int exit = 0
    )
    {
        decorate ??= line => line;
        session ??= _session;
        if (first is not null)
        {
            Raw(Encoding.UTF8.GetBytes(first == "\uFEFF" ? first : first + "\n"));
        }
        Lines(_dialect.Begin(session).Select(decorate));
        before?.Invoke();
        Line(decorate(_dialect.Say(session, "All done.")));
        var done = _dialect.Done(session, own, all ?? own).Select(decorate).ToList();
        Lines(done.SkipLast(1));
        Raw(Encoding.UTF8.GetBytes(done[^1] + lastEnd));
        after?.Invoke();
        return exit;
    }

    private void KeepConversation()
    {
        if (_dialect.FileOf(_session) is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.AppendAllText(file, _session + "\n");
        }
    }

    private static int Complain(string text, int exit)
    {
        Console.Error.Write(text);
        return exit;
    }

    private int Only(string line)
    {
        Line(line);
        return 0;
    }

    private int Hang(string question)
    {
        Lines(_dialect.Begin(_session));
        Raw(Encoding.UTF8.GetBytes(question));
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private int Fail(Trouble trouble)
    {
        Lines(_dialect.Begin(_session));
        Lines(_dialect.Fail(_session, trouble));
        return 1;
    }

    private int Truncate()
    {
        Lines(_dialect.Begin(_session));
        var line = _dialect.Done(_session, Own, Own).Last();
        Raw(Encoding.UTF8.GetBytes(line[..(line.Length / 2)]));
        return 0;
    }

    private int NoSession()
    {
        Lines(
            _dialect.Begin("").Concat(_dialect.Done("", Own, Own)).Select(line => line.Replace(":\"\"", ":null", StringComparison.Ordinal))
        );
        return 0;
    }

    private int CloseEarly()
    {
        Lines(_dialect.Begin(_session));
        _ = Close(1);
        Thread.Sleep(300);
        return 0;
    }

    private int IgnoreSignals()
    {
        Lines(_dialect.Begin(_session));
        List<PosixSignalRegistration> ignored =
        [
            .. ((PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP]).Select(signal =>
                PosixSignalRegistration.Create(signal, context => context.Cancel = true)
            ),
        ];
        while (ignored.Count > 0)
        {
            Line(_dialect.Say(_session, "still here"));
            Thread.Sleep(100);
        }
        return 0;
    }

    private int Kill()
    {
        Lines(_dialect.Begin(_session));
        Process.GetCurrentProcess().Kill();
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static void Git(params string[] arguments)
    {
        using var git = Process.Start("git", ["-c", "user.name=a", "-c", "user.email=a@b", .. arguments]);
        git.WaitForExit();
    }

    private static void LeaveChild()
    {
        using var child = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "setsid sh -c 'trap \"\" TERM INT HUP; exec sleep 600' </dev/null >/dev/null 2>&1 &"])
        )!;
        child.WaitForExit();
    }

    private static void WriteOutside()
    {
        var home = Environment.GetEnvironmentVariable("HOME")!;
        foreach (var file in (string[])[Path.Combine(home, "outside"), Path.Combine(home, "existing"), "../outside"])
        {
            try
            {
                File.WriteAllText(file, "mine");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Console.Error.WriteLine(e.Message);
            }
        }
    }

    private static void Flood()
    {
        var line = new string('e', 999) + "\n";
        for (var i = 0; i < 50_000; i++)
        {
            Console.Error.Write(line);
        }
    }

    private IEnumerable<string> WrongTypes()
    {
        var begin = _dialect.Begin(_session).First();
        if (begin[0] != '{')
        {
            yield break;
        }
        yield return _dialect.Say(_session, "@").Replace("\"@\"", """{"a":[1,null]}""", StringComparison.Ordinal);
        yield return _dialect.Say(_session, "@").Replace("\"@\"", "17", StringComparison.Ordinal);
        yield return begin.Replace($"\"{_session}\"", "17", StringComparison.Ordinal);
    }

    private static byte[] Broken(string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        bytes[Array.IndexOf(bytes, (byte)'@')] = 0xff;
        return bytes;
    }

    private void Lines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Line(line);
        }
    }

    private void Line(string line) => Raw(Encoding.UTF8.GetBytes(line + "\n"));

    private void Raw(byte[] bytes)
    {
        _out.Write(bytes);
        _out.Flush();
    }

    [DllImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
