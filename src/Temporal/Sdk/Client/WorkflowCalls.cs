using System.Runtime.CompilerServices;
using Google.Protobuf;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.History.V1;
using Temporalio.Api.WorkflowService.V1;
using Temporalio.Client.Interceptors;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Temporalio.Client;

/// <summary>
/// Makes the calls about workflows. Ids that keep a retried call from acting twice are made here, once per call.
/// </summary>
internal sealed class WorkflowCalls(ITemporalClient client, ClientOutboundInterceptor next) : ClientOutboundInterceptor(next)
{
    private string Namespace => client.Options.Namespace;

    private string? Identity => client.Connection.Options.Identity;

    private WorkflowService Service => client.WorkflowService;

    /// <inheritdoc />
    public override async Task<WorkflowHandle<TWorkflow, TResult>> StartWorkflowAsync<TWorkflow, TResult>(StartWorkflowInput input)
    {
        var options = TemporalClient.DefaultRetryOptions(input.Options.Rpc);
        try
        {
            if (input.Options.StartSignal is null)
            {
                var started = await Service.StartWorkflowExecutionAsync(await WorkflowStarts.StartAsync(input, client), options);
                return new(
                    client,
                    input.Options.Id!,
                    ResultRunId: started.RunId,
                    FirstExecutionRunId: FirstRunOf(started.FirstExecutionRunId, started.RunId)
                );
            }

            if (input.Options.StartDelay is not null && input.Options.CronSchedule is not null)
            {
                throw new ArgumentException("A workflow has a start delay or a cron schedule, not both.", nameof(input));
            }

            var signaled = await Service.SignalWithStartWorkflowExecutionAsync(
                await WorkflowStarts.SignalWithStartAsync(input, client),
                options
            );
            return new(
                client,
                input.Options.Id!,
                ResultRunId: signaled.RunId,
                FirstExecutionRunId: signaled.FirstExecutionRunId is { Length: > 0 } first ? first : null
            );
        }
        catch (RpcException error) when (RpcErrorDetails.TryGetAlreadyStarted(error, out var failure))
        {
            throw new WorkflowAlreadyStartedException(error.Message, input.Options.Id!, input.Workflow, failure.RunId);
        }
    }

    /// <inheritdoc />
    public override async Task SignalWorkflowAsync(SignalWorkflowInput input)
    {
        await Service.SignalWorkflowExecutionAsync(
            new()
            {
                Namespace = Namespace,
                WorkflowExecution = WorkflowReferences.Execution(input.Id, input.RunId),
                SignalName = input.Signal,
                Input = await client.ConverterFor(input.Id).ToPayloadsProtoAsync(input.Args),
                Identity = Identity,
                RequestId = Guid.NewGuid().ToString(),
                Header = await WorkflowStarts.HeaderAsync(input.Headers, client.Options.DataConverter),
            },
            TemporalClient.DefaultRetryOptions(input.Options?.Rpc)
        );
    }

    /// <inheritdoc />
    public override async Task<TResult> QueryWorkflowAsync<TResult>(QueryWorkflowInput input)
    {
        var converter = client.ConverterFor(input.Id);
        var request = new QueryWorkflowRequest
        {
            Namespace = Namespace,
            Execution = WorkflowReferences.Execution(input.Id, input.RunId),
            Query = new()
            {
                QueryType = input.Query,
                QueryArgs = await converter.ToPayloadsProtoAsync(input.Args),
                Header = await WorkflowStarts.HeaderAsync(input.Headers, client.Options.DataConverter),
            },
            QueryRejectCondition =
                input.Options?.RejectCondition ?? client.Options.QueryRejectCondition ?? QueryRejectCondition.Unspecified,
        };
        QueryWorkflowResponse response;
        try
        {
            response = await Service.QueryWorkflowAsync(request, TemporalClient.DefaultRetryOptions(input.Options?.Rpc));
        }
        catch (RpcException error) when (RpcErrorDetails.IsQueryFailed(error))
        {
            throw new WorkflowQueryFailedException(error.Message);
        }

        return response.QueryRejected is { } rejected
            ? throw new WorkflowQueryRejectedException(rejected.Status)
            : await converter.ToSingleValueAsync<TResult>(response.QueryResult?.Payloads_ ?? []);
    }

    /// <inheritdoc />
    public override async Task<WorkflowExecutionDescription> DescribeWorkflowAsync(DescribeWorkflowInput input)
    {
        var response = await Service.DescribeWorkflowExecutionAsync(
            new() { Namespace = Namespace, Execution = WorkflowReferences.Execution(input.Id, input.RunId) },
            TemporalClient.DefaultRetryOptions(input.Options?.Rpc)
        );
        return new(response, client.ConverterFor(input.Id));
    }

    /// <inheritdoc />
    public override async Task CancelWorkflowAsync(CancelWorkflowInput input)
    {
        await Service.RequestCancelWorkflowExecutionAsync(
            new()
            {
                Namespace = Namespace,
                WorkflowExecution = WorkflowReferences.Execution(input.Id, input.RunId),
                FirstExecutionRunId = input.FirstExecutionRunId ?? string.Empty,
                Identity = Identity,
                RequestId = Guid.NewGuid().ToString(),
            },
            TemporalClient.DefaultRetryOptions(input.Options?.Rpc)
        );
    }

    /// <inheritdoc />
    public override async Task TerminateWorkflowAsync(TerminateWorkflowInput input)
    {
        await Service.TerminateWorkflowExecutionAsync(
            new()
            {
                Namespace = Namespace,
                WorkflowExecution = WorkflowReferences.Execution(input.Id, input.RunId),
                FirstExecutionRunId = input.FirstExecutionRunId ?? string.Empty,
                Reason = input.Reason ?? string.Empty,
                Details = await client.ConverterFor(input.Id).ToPayloadsProtoAsync(input.Options?.Details),
                Identity = Identity,
            },
            TemporalClient.DefaultRetryOptions(input.Options?.Rpc)
        );
    }

    /// <inheritdoc />
    public override async Task<WorkflowHistoryEventPage> FetchWorkflowHistoryEventPageAsync(FetchWorkflowHistoryEventPageInput input)
    {
        var response = await Service.GetWorkflowExecutionHistoryAsync(
            new()
            {
                Namespace = Namespace,
                Execution = WorkflowReferences.Execution(input.Id, input.RunId),
                MaximumPageSize = input.PageSize ?? 0,
                NextPageToken = input.NextPageToken is { } token ? ByteString.CopyFrom(token) : ByteString.Empty,
                WaitNewEvent = input.WaitNewEvent,
                HistoryEventFilterType = input.EventFilterType,
                SkipArchival = input.SkipArchival,
            },
            TemporalClient.DefaultRetryOptions(input.Rpc)
        );

        // A server may send the events as it stores them.
        IReadOnlyCollection<HistoryEvent> events =
            response.RawHistory.Count > 0
                ? [.. response.RawHistory.SelectMany(blob => History.Parser.ParseFrom(blob.Data).Events)]
                : response.History?.Events ?? [];
        return new(events, TokenOf(response.NextPageToken));
    }

    /// <inheritdoc />
    public override IAsyncEnumerable<WorkflowExecution> ListWorkflowsAsync(ListWorkflowsInput input) => ListAsync(input);

    /// <inheritdoc />
    public override async Task<WorkflowListPage> ListWorkflowsPaginatedAsync(ListWorkflowsPaginatedInput input)
    {
        var response = await Service.ListWorkflowExecutionsAsync(
            new()
            {
                Namespace = Namespace,
                Query = input.Query,
                PageSize = input.Options?.PageSize ?? 0,
                NextPageToken = input.NextPageToken is { } token ? ByteString.CopyFrom(token) : ByteString.Empty,
            },
            TemporalClient.DefaultRetryOptions(input.Options?.Rpc)
        );
        return new(
            [.. response.Executions.Select(info => new WorkflowExecution(info, client.Options.DataConverter, Namespace))],
            TokenOf(response.NextPageToken)
        );
    }

    /// <inheritdoc />
    public override async Task<WorkflowExecutionCount> CountWorkflowsAsync(CountWorkflowsInput input) =>
        new(
            await Service.CountWorkflowExecutionsAsync(
                new() { Namespace = Namespace, Query = input.Query },
                TemporalClient.DefaultRetryOptions(input.Options?.Rpc)
            )
        );

    private static byte[]? TokenOf(ByteString token) => token.IsEmpty ? null : token.ToByteArray();

    private static string FirstRunOf(string said, string runId) => said.Length > 0 ? said : runId;

    private async IAsyncEnumerable<WorkflowExecution> ListAsync(
        ListWorkflowsInput input,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        var (rpc, source) = (input.Options?.Rpc ?? new()).WithAdditionalCancellationToken(cancellationToken);
        using (source)
        {
            var limit = input.Options?.Limit ?? 0;
            var listed = 0;
            byte[]? token = null;
            do
            {
                var page = await client.ListWorkflowsPaginatedAsync(input.Query, token, new() { Rpc = rpc });
                foreach (var workflow in page.Workflows)
                {
                    yield return workflow;
                    if (++listed == limit)
                    {
                        yield break;
                    }
                }

                token = page.NextPageToken;
            } while (token is not null);
        }
    }
}
