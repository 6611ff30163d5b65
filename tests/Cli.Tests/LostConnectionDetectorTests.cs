using Orchestrator.Client;
using Temporalio.Exceptions;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class LostConnectionDetectorTests
{
    [Theory]
    [InlineData(RpcException.StatusCode.Unavailable, "tcp connect error", true)]
    [InlineData(RpcException.StatusCode.Unknown, "transport error", true)]
    [InlineData(RpcException.StatusCode.Internal, "h2 protocol error: http2 error", true)]
    [InlineData(RpcException.StatusCode.Unknown, "the workflow failed", false)]
    [InlineData(RpcException.StatusCode.NotFound, "transport error", false)]
    public void IsCauseOf_Failure_TellsALostConnectionFromAnAnswer(RpcException.StatusCode code, string message, bool isLost) =>
        Assert.Equal(isLost, LostConnectionDetector.IsCauseOf(new RpcException(code, message, rawStatus: null)));
}
