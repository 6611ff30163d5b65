using System.Net;
using Orchestrator.Notifications.Http;
using Orchestrator.Notifications.Webhook;

namespace Orchestrator.Notifications.Tests;

public sealed class RetryingHttpClientTests
{
    private const string Secret = "s3cret-s3cret-s3cret";

    private static WebhookNotifier To(string address, RetryingHttpClientOptions? options = null) =>
        new(new Uri(address + "/hook"), Secret, options ?? Samples.Quick);

    [Fact]
    public async Task Send_ServerIsDown_IsLaterAndNamesNoAddress()
    {
        using var notifier = To("http://127.0.0.1:1/very-secret");

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Later, sent.Status);
        Assert.Equal("no connection (ConnectionRefused).", sent.Problem);
    }

    [Fact]
    public async Task Send_ServerFailsTwice_IsTriedAgainWithTheSameId()
    {
        await using var server = await NoticeServer.StartAsync(
            HttpStatusCode.InternalServerError,
            HttpStatusCode.BadGateway,
            HttpStatusCode.OK
        );
        using var notifier = To(server.Address);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Done, sent.Status);
        Assert.Equal(3, server.Requests.Count);
        Assert.Single(server.Requests.Select(request => request.Headers[WebhookSignature.IdHeader]).Distinct());
        Assert.Single(server.Requests.Select(request => request.Body).Distinct());
    }

    [Fact]
    public async Task Send_ServerAlwaysFails_IsLaterAndThenTheServerIsLeftAlone()
    {
        await using var server = await NoticeServer.StartAsync(HttpStatusCode.InternalServerError);
        using var notifier = To(server.Address);

        var first = await notifier.SendAsync(Samples.Question, CancellationToken.None);
        await notifier.SendAsync(Samples.Question, CancellationToken.None);
        var before = server.Requests.Count;
        var third = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Later, first.Status);
        Assert.StartsWith("the server answered 500 Internal Server Error", first.Problem, StringComparison.Ordinal);
        Assert.Equal((5, 5), (before, server.Requests.Count));
        Assert.Equal(NoticeDeliveryResultKind.Later, third.Status);
        Assert.NotNull(third.NotBefore);
    }

    [Fact]
    public async Task Send_ServerWantsALongPause_IsLaterAfterOneTryWithThatTime()
    {
        await using var server = await NoticeServer.StartAsync(
            (_, context) =>
            {
                context.Response.StatusCode = 429;
                context.Response.Headers.RetryAfter = "3600";
                return Task.CompletedTask;
            }
        );
        using var notifier = To(server.Address);
        var before = DateTimeOffset.UtcNow;

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Later, sent.Status);
        Assert.Single(server.Requests);
        Assert.InRange(sent.NotBefore!.Value, before.AddSeconds(3600), DateTimeOffset.UtcNow.AddSeconds(3600));
    }

    [Fact]
    public async Task Send_ServerWantsAShortPause_IsDoneAfterIt()
    {
        await using var server = await NoticeServer.StartAsync(
            (number, context) =>
            {
                context.Response.StatusCode = number == 1 ? 429 : 200;
                context.Response.Headers.RetryAfter = "1";
                return Task.CompletedTask;
            }
        );
        using var notifier = To(server.Address);
        var began = TimeProvider.System.GetTimestamp();

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Done, sent.Status);
        Assert.Equal(2, server.Requests.Count);
        Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    public async Task Send_ServerIsSlow_IsLaterAfterTheLimit()
    {
        using var released = new SemaphoreSlim(0);
        await using var server = await NoticeServer.StartAsync((_, context) => released.WaitAsync(context.RequestAborted));
        using var notifier = To(server.Address, Samples.Quick with { Timeout = TimeSpan.FromMilliseconds(100), Retries = 1 });

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Later, sent.Status);
        Assert.StartsWith("the server did not answer within", sent.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ServerSendsElsewhere_IsNotFollowed()
    {
        await using var other = await NoticeServer.StartAsync(HttpStatusCode.OK);
        await using var server = await NoticeServer.StartAsync(
            (_, context) =>
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = other.Address;
                return Task.CompletedTask;
            }
        );
        using var notifier = To(server.Address);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(NoticeDeliveryResultKind.Failed, sent.Status);
        Assert.Contains("not followed", sent.Problem, StringComparison.Ordinal);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Send_ServerRefuses_IsFailedAfterOneTryWithItsWords()
    {
        await using var server = await NoticeServer.StartAsync(
            async (_, context) =>
            {
                context.Response.StatusCode = 404;
                await context.Response.Body.WriteAsync("no_service"u8.ToArray());
            }
        );
        using var notifier = To(server.Address);

        var sent = await notifier.SendAsync(Samples.Question, CancellationToken.None);

        Assert.Equal(new NoticeDeliveryResult(NoticeDeliveryResultKind.Failed, "the server answered 404 Not Found: no_service."), sent);
        Assert.Single(server.Requests);
    }
}
