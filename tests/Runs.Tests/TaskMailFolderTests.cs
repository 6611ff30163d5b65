using Microsoft.Extensions.Time.Testing;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Letters that a confined agent leaves: delivered once, by whom they are known by where they lie, and whatever else lies there
/// is none.</summary>
public sealed class TaskMailFolderTests : IDisposable
{
    private readonly TempFolder _repository = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero));

    private RunFolder Folder => new(_repository.Path, "run-x-1");

    private TaskMailFolder Desk => new(Folder, "a", _time);

    public void Dispose() => _repository.Dispose();

    [Fact]
    public async Task Deliver_WhatWasLeft_ComesInItsOrderFromTheDesksTaskAndOnce()
    {
        Assert.True(Desk.StoreOutgoing(new OutgoingAgentMailMessage("b", IsFromPerson: true, "c", "first")).IsTaken);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(Desk.StoreOutgoing(new OutgoingAgentMailMessage("a", IsFromPerson: false, null, "second")).IsTaken);

        Assert.Empty(await Desk.DeliverAsync(CancellationToken.None));
        Assert.Empty(await Desk.DeliverAsync(CancellationToken.None));

        var mail = new Mailbox(Folder, _time).Read("c", 0).Messages;
        Assert.Equal([("a", false, "first"), ("a", false, "second")], mail.Select(one => (one.From, one.IsFromPerson, one.Text)));
    }

    [Theory]
    [InlineData("echo garbage > 1.json")]
    [InlineData("echo '{\"to\":\"c\"}' > 1.json")]
    [InlineData("head -c 300000 /dev/zero > 1.json")]
    [InlineData("ln -s /etc/passwd 1.json")]
    [InlineData("mkfifo 1.json")]
    public async Task Deliver_NoLetter_IsNamedAndGone(string deed)
    {
        var letters = Directory.CreateDirectory(Path.Combine(TaskMailFolder.Of(Folder, "a"), "letters")).FullName;
        await new Processes.ProcessRunner().RunAsync(
            new Processes.ChildProcessOptions("/bin/sh", "-c", deed) { WorkingDirectory = letters }
        );

        var refused = await Desk.DeliverAsync(CancellationToken.None).WaitAsync(Eventually.Timeout());

        Assert.Contains("message file", Assert.Single(refused), StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(letters));
        Assert.Empty(new Mailbox(Folder, _time).Read("c", 0).Messages);
    }

    [Fact]
    public async Task Leave_MoreThanOneMaySend_IsRefusedAsElsewhere()
    {
        for (var number = 0; number < MailLimits.MostInWindow; number++)
        {
            await new Mailbox(Folder, _time).SendAsync(
                new OutgoingAgentMailMessage("a", IsFromPerson: false, "b", $"{number}"),
                CancellationToken.None
            );
        }

        var refused = Desk.StoreOutgoing(new OutgoingAgentMailMessage("a", IsFromPerson: false, "b", "one more"));

        Assert.Contains("You have sent", refused.Refusal, StringComparison.Ordinal);
    }
}
