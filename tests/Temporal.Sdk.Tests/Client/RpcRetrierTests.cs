using Temporalio.Client;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Client;

public sealed class RpcRetrierTests
{
    private static readonly RpcRetryOptions Options = new();

    [Theory]
    [InlineData(RpcException.StatusCode.Unavailable, true)]
    [InlineData(RpcException.StatusCode.ResourceExhausted, true)]
    [InlineData(RpcException.StatusCode.Aborted, true)]
    [InlineData(RpcException.StatusCode.Internal, true)]
    [InlineData(RpcException.StatusCode.Unknown, true)]
    [InlineData(RpcException.StatusCode.OutOfRange, true)]
    [InlineData(RpcException.StatusCode.DataLoss, true)]
    [InlineData(RpcException.StatusCode.DeadlineExceeded, false)]
    [InlineData(RpcException.StatusCode.Cancelled, false)]
    [InlineData(RpcException.StatusCode.NotFound, false)]
    [InlineData(RpcException.StatusCode.AlreadyExists, false)]
    [InlineData(RpcException.StatusCode.InvalidArgument, false)]
    [InlineData(RpcException.StatusCode.PermissionDenied, false)]
    [InlineData(RpcException.StatusCode.Unimplemented, false)]
    public void Status_OfAFailedCall_DecidesAboutRetry(RpcException.StatusCode code, bool retried) =>
        Assert.Equal(retried, RpcRetrier.NextDelay(Options, new(code, "message", null), 1, TimeSpan.Zero, 0.5) is not null);

    [Fact]
    public void MessageThatIsTooLarge_IsNeverSentAgain()
    {
        var error = new RpcException(RpcException.StatusCode.ResourceExhausted, "grpc: received message larger than max (5 vs. 4)", null);
        Assert.True(RpcRetrier.IsMessageTooLarge(error));
        Assert.Null(RpcRetrier.NextDelay(Options, error, 1, TimeSpan.Zero, 0.5));
    }

    [Fact]
    public void Delay_GrowsToItsLimitWithJitter_AndEnds()
    {
        var error = new RpcException(RpcException.StatusCode.Unavailable, "message", null);
        Assert.Equal(100, Delay(error, 1, 0.5), 3);
        Assert.Equal(170, Delay(error, 2, 0.5), 3);
        Assert.Equal(80, Delay(error, 1, 0), 3);
        Assert.Equal(120, Delay(error, 1, 1), 3);
        Assert.Equal(5000, Delay(error, 10, 0.5), 3);
        Assert.Null(RpcRetrier.NextDelay(Options, error, 11, TimeSpan.Zero, 0.5));
        Assert.Null(RpcRetrier.NextDelay(Options, error, 5, TimeSpan.FromSeconds(9.9), 0.5));
        Assert.NotNull(RpcRetrier.NextDelay(RpcRetrier.ForWaiting(Options), error, 500, TimeSpan.FromSeconds(30), 0.5));
        Assert.Equal(1000, Delay(new(RpcException.StatusCode.ResourceExhausted, "busy", null), 1, 0.5), 3);
    }

    private static double Delay(RpcException error, int failures, double chance) =>
        RpcRetrier.NextDelay(Options, error, failures, TimeSpan.Zero, chance)!.Value.TotalMilliseconds;
}
