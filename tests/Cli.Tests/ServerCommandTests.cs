using Orchestrator.Cli.Console;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class ServerCommandTests : IDisposable
{
    private readonly CliFixture _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Server_OnAFile_SaysHowToReachItAndCanBeCopiedAndCheckedMeanwhile()
    {
        using var interrupts = new InterruptHandler();
        var terminal = new RecordingTerminal();
        var serving = _cli.RunAsync(terminal, interrupts, "server", "--db", "engine.sqlite", "--port", "0");
        await Wait.UntilAsync(() => terminal.People.Contains("localhost:8233", StringComparison.Ordinal));

        var second = await _cli.RunAsync("server", "--db", "engine.sqlite", "--port", "0");
        var port = terminal.People.Split("--address 127.0.0.1:")[1].Split(' ', '\n')[0];
        var taken = await _cli.RunAsync("server", "--db", "other.sqlite", "--port", port);
        var backup = await _cli.RunAsync("server", "backup", "copy.db", "--db", "engine.sqlite");
        var again = await _cli.RunAsync("server", "backup", "copy.db", "--db", "engine.sqlite");
        var live = await _cli.RunAsync("server", "verify", "--db", "engine.sqlite");
        var copied = await _cli.RunAsync("server", "verify", "--db", "copy.db", "--json");
        interrupts.Raise();
        var served = await serving;

        Assert.Contains("--address 127.0.0.1:", served.People, StringComparison.Ordinal);
        Assert.Contains("TEMPORAL_ADDRESS=127.0.0.1:", served.People, StringComparison.Ordinal);
        Assert.Contains($"process {Environment.ProcessId}", second.People, StringComparison.Ordinal);
        Assert.Equal(5, taken.ExitCode);
        Assert.Contains("choose another port with --port", taken.People, StringComparison.Ordinal);
        Assert.Equal(
            [0, 5, 0, 2, 0, 0],
            [served.ExitCode, second.ExitCode, backup.ExitCode, again.ExitCode, live.ExitCode, copied.ExitCode]
        );
        Assert.Empty(copied.Json["faults"]!.AsArray());
        Assert.Empty(Directory.GetFiles(_cli.Folder, "*-wal"));
    }

    [Fact]
    public async Task Verify_NoFileOrAnotherProgramsOrADamagedOne_ExitsAsItSays()
    {
        _cli.Write("text.db", "hello");
        using (var interrupts = new InterruptHandler())
        {
            interrupts.Raise();
            await _cli.RunAsync(new RecordingTerminal(), interrupts, "server", "--db", "x.db", "--port", "0");
        }

        var file = Path.Combine(_cli.Folder, "x.db");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes.AsSpan(3 * 4096).Fill(0x5a);
        await File.WriteAllBytesAsync(file, bytes);

        var missing = await _cli.RunAsync("server", "verify", "--db", "missing.db");
        var nowhere = await _cli.RunAsync("server", "verify");
        var text = await _cli.RunAsync("server", "verify", "--db", "text.db");
        var damaged = await _cli.RunAsync("server", "verify", "--db", "x.db");

        Assert.Equal([2, 2, 2, 1], [missing.ExitCode, nowhere.ExitCode, text.ExitCode, damaged.ExitCode]);
        Assert.Contains("missing.db", missing.People, StringComparison.Ordinal);
        Assert.Contains("--db", nowhere.People, StringComparison.Ordinal);
    }
}
