using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Orchestrator.Messages;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.Runs.Tasks.Transfer;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Mail between tasks of one run that are on several hosts: each message once, in the same order everywhere.</summary>
public sealed class GitRemoteMailExchangerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly TemporaryRepository _place = TemporaryRepository.CreateAsync().Result;

    private string Remote => _place.Beside("shared.git");

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Exchange_BetweenTwoHosts_BringsEachMessageOnceByTheRunsMachine()
    {
        var (home, one, two) = (
            await MachineAsync("home"),
            await MachineAsync("one", isHost: true),
            await MachineAsync("two", isHost: true)
        );
        await home.SendAsync("from-home", "two", "Zero");
        await one.SendAsync("a", "two", "First");
        await one.SendAsync("a", null, "To all");
        // Repeated, as by a worker that was killed behind it.
        await one.SendAsync("a", null, "To all");

        Assert.Equal("", await one.ExchangeAsync());
        Assert.Equal("", await one.ExchangeAsync());
        Assert.Equal("", await home.CollectAsync());
        Assert.Equal("", await home.CollectAsync());
        Assert.Equal("", await two.ExchangeAsync());
        Assert.Equal("", await one.ExchangeAsync());

        Assert.Equal(["Zero", "First", "To all"], two.Texts());
        Assert.Equal(two.Content(), home.Content());
        Assert.Equal(two.Content(), one.Content());
        Assert.Empty(one.Waiting());
        await two.SendAsync("b", "a", "Back");
        await two.ExchangeAsync();
        await home.CollectAsync();
        await one.ExchangeAsync();
        Assert.Equal(["Zero", "First", "To all", "Back"], one.Texts());
    }

    [Fact]
    public async Task Exchange_WithoutItsRemote_KeepsWhatWasSent()
    {
        var (home, one) = (await MachineAsync("home"), await MachineAsync("one", isHost: true));
        await one.SendAsync("a", "b", "First");
        Directory.Move(Remote, Remote + ".away");

        var problem = await one.ExchangeAsync();
        var waiting = one.Waiting();
        Directory.Move(Remote + ".away", Remote);
        await one.ExchangeAsync();
        await home.CollectAsync();

        Assert.NotEqual("", problem);
        Assert.Single(waiting);
        Assert.Equal(["First"], home.Texts());
    }

    [Fact]
    public async Task Exchange_OfMoreThanASenderMay_AnswersTheSenderOnce()
    {
        var (home, one) = (await MachineAsync("home"), await MachineAsync("one", isHost: true));
        for (var i = 0; i < 20; i++)
        {
            await home.SendAsync("a", "b", $"Message {i}");
        }
        // The copy is not there yet, so that nothing says here that it is too much.
        await one.SendAsync("a", "b", "Too much");

        for (var i = 0; i < 2; i++)
        {
            await one.ExchangeAsync();
            await home.CollectAsync();
        }
        await one.ExchangeAsync();

        Assert.StartsWith(
            "Your message to b was not delivered: You have sent 20 messages",
            Assert.Single(one.Texts(), text => !text.StartsWith("Message", StringComparison.Ordinal)),
            StringComparison.Ordinal
        );
        Assert.Empty(one.Waiting());
    }

    [Fact]
    public async Task Collect_OnAMachineThatTookTheRunOver_GoesOnWithTheWholeMail()
    {
        var (home, one, two) = (
            await MachineAsync("home"),
            await MachineAsync("one", isHost: true),
            await MachineAsync("two", isHost: true)
        );
        await one.SendAsync("a", "b", "First");
        await one.ExchangeAsync();
        await home.CollectAsync();
        await two.SendAsync("b", "a", "Second");

        // The run's files were pushed before the mail came, and what the host has sent waits still.
        await two.CollectAsync();
        await one.ExchangeAsync();

        Assert.Equal(["First", "Second"], one.Texts());
        Assert.Equal(one.Content(), two.Content());
        Assert.False(Mailbox.IsCopy(two.Folder));
        Assert.Equal(2, (await two.SendAsync("b", "a", "Third")).Number - 1);
    }

    private async Task<Machine> MachineAsync(string name, bool isHost = false)
    {
        if (!Directory.Exists(Remote))
        {
            await _place.GitAsync("init", "-q", "--bare", Remote);
        }
        var path = _place.Beside(name);
        await _place.GitAsync("init", "-q", path);
        var services = new RunServiceBundle("host", ["orchestrate", "hook"], _time)
        {
            Environment = new Dictionary<string, string> { ["HOME"] = _place.Beside($"{name}-home"), ["PATH"] = "/usr/bin:/bin" },
        };
        var machine = new Machine(services, new RepositoryReference(path, "key", $"queue-{name}"), Remote, _time);
        if (isHost)
        {
            Mailbox.MarkCopy(machine.Folder);
        }
        return machine;
    }

    private sealed record Machine(RunServiceBundle Services, RepositoryReference Here, string Remote, TimeProvider Time)
    {
        private const string Run = "run-1";

        public RunFolder Folder { get; } = new(Here.Path, Run);

        public Task<string> CollectAsync() => new GitRemoteMailExchanger(Services, Remote).CollectAsync(Run, Here, default);

        public Task<string> ExchangeAsync() => new GitRemoteMailExchanger(Services, Remote).ExchangeAsync(Run, Here, default);

        public Task<AgentMailSendResult> SendAsync(string from, string? to, string text) =>
            new Mailbox(Folder, Time).SendAsync(new OutgoingAgentMailMessage(from, IsFromPerson: false, to, text) { Call = text }, default);

        public string Content() => File.ReadAllText(Mailbox.PathOf(Folder));

        public IReadOnlyList<string> Texts() =>
            [
                .. File.ReadLines(Mailbox.PathOf(Folder))
                    .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!),
            ];

        public IReadOnlyList<string> Waiting() => new Mailbox(Folder, Time).ListWaiting();
    }
}
