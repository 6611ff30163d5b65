using Orchestrator.Notifications.Email;

namespace Orchestrator.Notifications.Tests;

public sealed class EmailTests
{
    private static EmailNotifier To(SmtpServer server, bool trusts = true) =>
        new(
            new EmailOptions
            {
                Server = server.Address,
                From = "orchestrate@example.org",
                To = ["kim@example.org", "lee@example.org"],
                User = "kim",
                Password = "pass-word",
                Trust = trusts
                    ? (_, certificate, _, _) => certificate!.GetCertHashString() == server.Certificate.GetCertHashString()
                    : null,
            }
        );

    [Fact]
    public async Task Send_ByStartTls_LoginAndMailAreEncryptedAndTheIdStays()
    {
        await using var server = new SmtpServer();
        using var notifier = To(server);

        var sent = await notifier.SendAsync(Samples.Question with { Title = "one\r\nBcc: evil@example.org" }, CancellationToken.None);
        await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResult.Done, sent);
        Assert.All(
            server.Mails,
            mail => Assert.Contains($"Message-Id: <{Samples.Question.Id}@orchestrate.invalid>", mail, StringComparison.Ordinal)
        );
        Assert.Contains("Subject: one Bcc: evil@example.org\n", server.Mails[0], StringComparison.Ordinal);
        Assert.Contains("    orchestrate approve run-x/a", server.Mails[0], StringComparison.Ordinal);
        Assert.Equal(["EHLO", "STARTTLS"], server.Commands.TakeWhile(one => !one.IsSecure).Select(one => one.Line.Split(' ')[0]));
        Assert.Equal(
            2,
            server.Commands.Count(one => one.Line.StartsWith("RCPT TO:<lee@example.org>", StringComparison.Ordinal) && one.IsSecure)
        );
    }

    [Fact]
    public async Task Send_CertificateIsNotTrusted_NothingIsSent()
    {
        await using var server = new SmtpServer();
        using var notifier = To(server, trusts: false);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Failed, sent.Status);
        Assert.Contains("certificate", sent.Problem, StringComparison.Ordinal);
        Assert.DoesNotContain(server.Commands, one => one.Line.StartsWith("AUTH", StringComparison.Ordinal));
        Assert.Empty(server.Mails);
    }

    [Theory]
    [InlineData("MAIL", "451 try later.", NoticeDeliveryResultKind.Later, "the server answered 451: try later.")]
    [InlineData("RCPT", "550 no such user", NoticeDeliveryResultKind.Failed, "the server answered 550: no such user.")]
    [InlineData("AUTH", "535 no", NoticeDeliveryResultKind.Failed, "the server rejects the login.")]
    public async Task Send_ServerRefuses_IsLaterOrFailedAsItSays(
        string command,
        string answer,
        NoticeDeliveryResultKind status,
        string problem
    )
    {
        await using var server = new SmtpServer((command, answer));
        using var notifier = To(server);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(new NoticeDeliveryResult(status, problem), sent);
    }

    [Fact]
    public async Task Send_NoServer_IsLater()
    {
        var server = new SmtpServer();
        using var notifier = To(server);
        await server.DisposeAsync();

        Assert.Equal(NoticeDeliveryResultKind.Later, (await notifier.SendAsync(Samples.Question, CancellationToken.None)).Status);
    }

    [Fact]
    public async Task Check_Server_IsAskedAndGetsNoMail()
    {
        await using var server = new SmtpServer();
        using var notifier = To(server);

        Assert.Equal(NoticeDeliveryResultKind.Done, (await notifier.CheckAsync(CancellationToken.None)).Status);
        Assert.Empty(server.Mails);
    }
}
