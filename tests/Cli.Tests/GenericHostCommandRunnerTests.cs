using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orchestrator.Cli.Hosting;
using Orchestrator.Cli.Logging;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Serilog.Events;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The host of commands that stay.</summary>
public sealed class GenericHostCommandRunnerTests
{
    [Fact]
    public async Task RunAsync_ServiceThatBreaks_EndsWithItsCodeAndStopsTheOthers()
    {
        var terminal = new RecordingTerminal();
        using var log = LongRunningCommandLog.Open(LogFormat.Text, LogEventLevel.Warning, null, terminal);
        var other = new Service(Task.Delay(Timeout.Infinite));
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddSingleton<IHostedService>(other);
        builder.Services.AddSingleton<IHostedService>(_ => new Service(
            Task.FromException(new UseCaseException(UseCaseOutcome.Unavailable, "It broke.", "Mend it."))
        ));

        var code = await GenericHostCommandRunner.RunAsync(builder, log, CancellationToken.None);

        Assert.Equal((UseCaseOutcome.Unavailable, "error: It broke.\n  Mend it.\n"), (code, terminal.People));
        Assert.True(other.HasStopped);
    }

    [Fact]
    public async Task RunAsync_ServiceThatBreaksAndWhoseEndFailsToo_TellsWhyItBroke()
    {
        using var log = LongRunningCommandLog.Open(LogFormat.Text, LogEventLevel.Warning, null, new RecordingTerminal());
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddSingleton<IHostedService>(_ => new Service(
            Task.FromException(new UseCaseException(UseCaseOutcome.Unavailable, "It broke.", ""))
        )
        {
            EndsBadly = true,
        });

        Assert.Equal(UseCaseOutcome.Unavailable, await GenericHostCommandRunner.RunAsync(builder, log, CancellationToken.None));
    }

    /// <summary>An unexpected exception reaches the caller, which writes the crash log and exits with a code other than 0.</summary>
    [Fact]
    public async Task RunAsync_ServiceThatFailsUnexpectedly_Throws()
    {
        using var log = LongRunningCommandLog.Open(LogFormat.Text, LogEventLevel.Warning, null, new RecordingTerminal());
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddSingleton<IHostedService>(_ => new Service(Task.FromException(new InvalidOperationException("surprise"))));

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            GenericHostCommandRunner.RunAsync(builder, log, CancellationToken.None)
        );

        Assert.Equal("surprise", thrown.Message);
    }

    [Fact]
    public async Task RunAsync_Interrupted_IsDone()
    {
        using var log = LongRunningCommandLog.Open(LogFormat.Text, LogEventLevel.Warning, null, new RecordingTerminal());
        using var stop = new CancellationTokenSource();
        var service = new Service(Task.Delay(Timeout.Infinite));
        var builder = GenericHostCommandRunner.Create(log);
        builder.Services.AddSingleton<IHostedService>(service);

        var running = GenericHostCommandRunner.RunAsync(builder, log, stop.Token);
        await stop.CancelAsync();

        Assert.Equal(UseCaseOutcome.Done, await running);
        Assert.True(service.HasStopped);
    }

    /// <summary>A unit with <c>Type=notify</c>, whose parent passes a socket.</summary>
    [Fact]
    public async Task Server_StartedBySystemd_NotifiesThatItIsReadyAndThatItStops()
    {
        using var folder = new TempFolder();
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(folder["notify"]));
        var (shell, pid) = (folder["systemd"], folder["pid"]);
        File.Copy("/bin/sh", shell);
        var running = new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                shell,
                "-c",
                $"'{OrchestrateProgram.Path}' server start-dev --port 0 & echo $! >{pid}.new; mv {pid}.new {pid}; wait $!"
            )
            {
                WorkingDirectory = folder.Path,
                Environment = new Dictionary<string, string?> { ["NOTIFY_SOCKET"] = folder["notify"] },
                Timeout = TimeSpan.FromMinutes(1),
            }
        );

        var ready = await ReceiveAsync(systemd);
        await new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -TERM {await File.ReadAllTextAsync(pid)}"));
        var stopping = await ReceiveAsync(systemd);

        Assert.Equal(("READY=1", "STOPPING=1"), (ready, stopping));
        Assert.Equal(0, (await running).ExitCode);
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token)).Trim();
    }

    private sealed class Service(Task work) : BackgroundService
    {
        public bool HasStopped { get; private set; }

        public bool EndsBadly { get; init; }

        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            await base.StopAsync(cancellationToken);
            HasStopped = true;
            if (EndsBadly)
            {
                throw new InvalidOperationException("also that");
            }
        }

        protected override Task ExecuteAsync(CancellationToken stoppingToken) => work.WaitAsync(stoppingToken);
    }
}
