using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Notifications.Commands;
using Orchestrator.Notifications.Desktop;
using Orchestrator.Notifications.Ntfy;
using Orchestrator.Notifications.Slack;
using Orchestrator.Notifications.Webhook;
using Orchestrator.Processes;

namespace Orchestrator.Notifications.Tests;

public sealed class ChannelTests : IDisposable
{
    private const string Secret = "s3cret-s3cret-s3cret";
    private readonly string _folder = Directory.CreateTempSubdirectory("channel-tests-").FullName;

    private Dictionary<string, string> Environment => new() { ["PATH"] = $"{_folder}:/usr/bin:/bin", ["FOLDER"] = _folder };

    [Fact]
    public async Task Webhook_Request_IsSignedSoThatAReceiverKnowsItAndRefusesAReplay()
    {
        await using var server = await NoticeServer.StartAsync(HttpStatusCode.NoContent);
        using var notifier = new WebhookNotifier(new Uri(server.Address + "/hook"), Secret, Samples.Quick);

        await notifier.SendAsync(Samples.Question, CancellationToken.None);
        await notifier.SendAsync(Samples.Question, CancellationToken.None);
        await notifier.WithdrawAsync(Samples.Question, "", CancellationToken.None);

        var known = new HashSet<string>();
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var taken = server.Requests.Select(request => IsTaken(request, now) && known.Add(request.Headers["webhook-id"])).ToList();
        Assert.Equal([true, false, true], taken);
        Assert.False(IsTaken(server.Requests[0], now + 600));
        Assert.False(IsTaken(server.Requests[0] with { Body = server.Requests[0].Body + " " }, now));
        var (told, withdrawn) = (JsonNode.Parse(server.Requests[0].Body)!, JsonNode.Parse(server.Requests[2].Body)!);
        Assert.Equal(("notice", "withdrawn"), ((string?)told["event"], (string?)withdrawn["event"]));
        Assert.Equal((string?)told["id"], (string?)withdrawn["id"]);
        Assert.Equal("orchestrate approve run-x/a", (string?)told["items"]![0]!["commands"]![0]);
        Assert.DoesNotContain(
            Secret,
            string.Concat(server.Requests.Select(r => r.Body + string.Concat(r.Headers.Values))),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("short", "it is shorter than 16 characters.")]
    [InlineData("whsec_no base64!", "the text after 'whsec_' is not Base64.")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", null)]
    [InlineData(Secret, null)]
    public void WebhookSignature_Secret_IsRefusedWhereItCannotSign(string secret, string? why) =>
        Assert.Equal(why, WebhookSignature.Refuse(secret));

    /// <summary>The example of the standard's own documents.</summary>
    [Fact]
    public void WebhookSignature_ExampleOfTheStandard_IsTheSame() =>
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookSignature.Of(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1614265330,
                "{\"test\": 2432232314}"
            )
        );

    [Fact]
    public async Task Ntfy_Question_HasPriorityTheCommandAndAnIdByWhichItIsDeleted()
    {
        await using var server = await NoticeServer.StartAsync(HttpStatusCode.OK);
        using var notifier = new NtfyNotifier(new Uri(server.Address + "/my-topic"), "tk_token", Samples.Quick);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);
        await notifier.SendAsync(Samples.Fact, CancellationToken.None);
        await notifier.SendAsync(Samples.Question with { IsQuiet = true }, CancellationToken.None);
        await notifier.WithdrawAsync(Samples.Question, sent.Reference, CancellationToken.None);

        var first = JsonNode.Parse(server.Requests[0].Body)!;
        Assert.Equal(("POST", "/"), (server.Requests[0].Method, server.Requests[0].Path));
        Assert.Equal(
            ("my-topic", Samples.Question.Id, 4),
            ((string?)first["topic"], (string?)first["sequence_id"], (int)first["priority"]!)
        );
        Assert.Equal("orchestrate approve run-x/a", (string?)first["actions"]![0]!["value"]);
        Assert.Equal("Copy: approve", (string?)first["actions"]![0]!["label"]);
        Assert.Contains("    orchestrate reject run-x/a", (string?)first["message"], StringComparison.Ordinal);
        Assert.Equal(
            (3, null),
            ((int)JsonNode.Parse(server.Requests[1].Body)!["priority"]!, JsonNode.Parse(server.Requests[1].Body)!["actions"])
        );
        Assert.Equal(1, (int)JsonNode.Parse(server.Requests[2].Body)!["priority"]!);
        Assert.Equal(("DELETE", $"/my-topic/{Samples.Question.Id}"), (server.Requests[3].Method, server.Requests[3].Path));
        Assert.All(server.Requests, request => Assert.Equal("Bearer tk_token", request.Headers["Authorization"]));
    }

    /// <summary>A tap on the phone, or a link, leads to the page of the run; without a page nothing does.</summary>
    [Fact]
    public async Task Notice_WithAPage_LeadsThere()
    {
        const string Page = "https://desk.example/r/0123/run-x";
        await using var server = await NoticeServer.StartAsync(HttpStatusCode.OK);
        using var ntfy = new NtfyNotifier(new Uri(server.Address + "/my-topic"), null, Samples.Quick);
        using var slack = new SlackNotifier(new Uri(server.Address + "/services/T/B/x"), Samples.Quick);

        await ntfy.SendAsync(Samples.Question with { Link = Page }, CancellationToken.None);
        await ntfy.SendAsync(Samples.Question, CancellationToken.None);
        await slack.SendAsync(Samples.Question with { Link = Page + "?a=1|<x>" }, CancellationToken.None);

        Assert.Equal(Page, (string?)JsonNode.Parse(server.Requests[0].Body)!["click"]);
        Assert.Null(JsonNode.Parse(server.Requests[1].Body)!["click"]);
        Assert.EndsWith(
            $"```\n<{Page}?a=1%7C&lt;x&gt;|Open the page>",
            (string?)JsonNode.Parse(server.Requests[2].Body)!["text"],
            StringComparison.Ordinal
        );
        Assert.Equal(Page, (string?)JsonNode.Parse(NoticeDocument.Of(Samples.Question with { Link = Page }))!["link"]);
    }

    [Fact]
    public async Task Ntfy_ServerKnowsNoCopyAction_GetsTheMessageWithoutIt()
    {
        await using var server = await NoticeServer.StartAsync(HttpStatusCode.BadRequest, HttpStatusCode.OK);
        using var notifier = new NtfyNotifier(new Uri(server.Address + "/my-topic"), null, Samples.Quick);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Done, sent.Status);
        Assert.Null(JsonNode.Parse(server.Requests[1].Body)!["actions"]);
        Assert.DoesNotContain("Authorization", server.Requests[1].Headers.Keys);
    }

    [Fact]
    public async Task Slack_Message_CallsNobodyAndStaysInItsBlock()
    {
        await using var server = await NoticeServer.StartAsync(HttpStatusCode.OK);
        using var notifier = new SlackNotifier(new Uri(server.Address + "/services/T/B/x"), Samples.Quick);

        await notifier.SendAsync(Samples.Question, CancellationToken.None);

        var text = (string)JsonNode.Parse(server.Requests[0].Body)!["text"]!;
        Assert.Equal(
            "*shop: run-x needs attention*\n```May a be merged? &lt;!channel&gt; '''x''' &amp; more\n    orchestrate approve run-x/a\n"
                + "    orchestrate reject run-x/a```",
            text
        );
        Assert.Equal(NoticeDeliveryResultKind.Failed, (await notifier.WithdrawAsync(Samples.Question, "", CancellationToken.None)).Status);
    }

    [Theory]
    [InlineData("https://hooks.slack.com/services/T/B/x", true)]
    [InlineData("https://hooks.slack-gov.com/services/T/B/x", true)]
    [InlineData("http://127.0.0.1:8000/x", true)]
    [InlineData("https://hooks.slack.com.evil.example/services/T/B/x", false)]
    [InlineData("https://evil.example/hooks.slack.com", false)]
    public void Slack_Address_IsOfSlackOrOfThisMachine(string address, bool isSlack) =>
        Assert.Equal(isSlack, SlackNotifier.IsAddress(new Uri(address)));

    [Fact]
    public async Task Slack_Check_SendsNothingAndTellsAGoneWebhook()
    {
        await using var there = await NoticeServer.StartAsync(HttpStatusCode.BadRequest);
        await using var gone = await NoticeServer.StartAsync(HttpStatusCode.NotFound);
        using var good = new SlackNotifier(new Uri(there.Address + "/x"), Samples.Quick);
        using var bad = new SlackNotifier(new Uri(gone.Address + "/x"), Samples.Quick);

        Assert.Equal(NoticeDeliveryResultKind.Done, (await good.CheckAsync(CancellationToken.None)).Status);
        Assert.Equal(NoticeDeliveryResultKind.Failed, (await bad.CheckAsync(CancellationToken.None)).Status);
        Assert.Equal("{}", there.Requests[0].Body);
    }

    [Fact]
    public async Task Command_Notice_IsReadFromItsInputAndItsExitCodeCounts()
    {
        var take = Script("take", "printf '%s|' \"$@\" > \"$FOLDER/arguments\"; cat > \"$FOLDER/notice\"");
        var refuse = Script("refuse", "echo 'no line is free.' >&2; exit 3");
        using var good = new CommandNotifier([take, "a b", "$HOME"], Environment, new ProcessRunner());
        using var bad = new CommandNotifier([refuse], Environment, new ProcessRunner());
        using var missing = new CommandNotifier(["/nowhere/notify"], Environment, new ProcessRunner());

        var sent = await good.SendAsync(Samples.Question, CancellationToken.None);
        var refused = await bad.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Done, sent.Status);
        Assert.Equal("a b|$HOME|", File.ReadAllText(Path.Combine(_folder, "arguments")));
        Assert.Equal(Samples.Question.Title, (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(_folder, "notice")))!["title"]);
        Assert.Equal(NoticeDeliveryResultKind.Later, refused.Status);
        Assert.EndsWith("ended with exit code 3: no line is free.", refused.Problem, StringComparison.Ordinal);
        Assert.Equal(NoticeDeliveryResultKind.Failed, (await missing.SendAsync(Samples.Question, CancellationToken.None)).Status);
        Assert.Equal(NoticeDeliveryResultKind.Failed, (await missing.CheckAsync(CancellationToken.None)).Status);
    }

    [Fact]
    public async Task Desktop_Notice_IsShownWithEscapedTextAndReplacedWhenItIsOver()
    {
        Script("notify-send", "printf '%s\\n' \"$@\" >> \"$FOLDER/shown\"; echo 42");
        using var notifier = new DesktopNotifier(Environment, new ProcessRunner());

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);
        var withdrawn = await notifier.WithdrawAsync(Samples.Question, sent.Reference, CancellationToken.None);
        var shown = File.ReadAllText(Path.Combine(_folder, "shown"));

        Assert.Equal((NoticeDeliveryResultKind.Done, "42", NoticeDeliveryResultKind.Done), (sent.Status, sent.Reference, withdrawn.Status));
        Assert.Contains("--urgency\ncritical\n", shown, StringComparison.Ordinal);
        Assert.Contains("&lt;!channel&gt;", shown, StringComparison.Ordinal);
        Assert.Contains("--replace-id\n42\n", shown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Desktop_NoSession_IsSaidByTheCheck()
    {
        Script("notify-send", "true");
        using var notifier = new DesktopNotifier(Environment, new ProcessRunner());

        var found = await notifier.CheckAsync(CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Failed, found.Status);
        Assert.Contains("no desktop session", found.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void ToText_ManyItems_StaysBelowTheLimitAndCountsTheRest()
    {
        var items = Enumerable.Range(1, 50).Select(i => new NoticeEventDescription($"k{i}", "task_failed", $"t{i}", $"t{i} is failed", []));
        var text = (Samples.Fact with { Items = [.. items] }).ToText(200);

        Assert.InRange(text.Length, 100, 200);
        Assert.EndsWith("more: see 'orchestrate status'", text, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Script(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    // As docs/how-to/notices.md tells receivers to do it.
    private static bool IsTaken(ReceivedRequest request, long now)
    {
        var time = long.Parse(request.Headers["webhook-timestamp"], System.Globalization.CultureInfo.InvariantCulture);
        var signed = Encoding.UTF8.GetBytes($"{request.Headers["webhook-id"]}.{time}.{request.Body}");
        var own = "v1," + Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), signed));
        return Math.Abs(now - time) < 300
            && CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(own),
                Encoding.ASCII.GetBytes(request.Headers["webhook-signature"])
            );
    }
}
