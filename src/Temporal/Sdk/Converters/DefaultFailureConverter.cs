using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Exceptions;

namespace Temporalio.Converters;

/// <summary>Settings of <see cref="DefaultFailureConverter" />.</summary>
public class DefaultFailureConverterOptions : ICloneable
{
    /// <summary>Moves message and stack trace into a payload, so that a codec encrypts them. Default false.</summary>
    public bool EncodeCommonAttributes { get; set; }

    /// <inheritdoc />
    public virtual object Clone() => MemberwiseClone();
}

/// <summary>
/// Exceptions of <see cref="Temporalio.Exceptions" /> to the failure of their kind and back; any other exception becomes an application
/// failure named after its type.
/// </summary>
public class DefaultFailureConverter : IFailureConverter
{
    private const string Source = "DotNetSDK";

    private const string EncodedMessage = "Encoded failure";

    /// <summary>Plain messages and stack traces.</summary>
    public DefaultFailureConverter()
        : this(new()) { }

    /// <summary>As told.</summary>
    public DefaultFailureConverter(DefaultFailureConverterOptions options) => Options = options;

    /// <summary>The settings.</summary>
    public DefaultFailureConverterOptions Options { get; }

    /// <inheritdoc />
    public virtual Failure ToFailure(Exception exception, IPayloadConverter payloadConverter)
    {
        // A failure that came from the server travels on as it came.
        if (exception is FailureException { Failure: { } original })
        {
            return original;
        }

        var failure = new Failure
        {
            Message = exception.Message,
            StackTrace = exception.StackTrace ?? string.Empty,
            Source = Source,
            Cause = exception.InnerException is { } inner ? ToFailure(inner, payloadConverter) : null,
        };
        switch (exception)
        {
            case ApplicationFailureException application:
                failure.ApplicationFailureInfo = new()
                {
                    Type = application.ErrorType ?? string.Empty,
                    NonRetryable = application.NonRetryable,
                    Details = ToPayloads(application.Details, payloadConverter),
                    NextRetryDelay = application.NextRetryDelay is { } delay ? Duration.FromTimeSpan(delay) : null,
                    Category = application.Category,
                };
                break;
            case CanceledFailureException canceled:
                failure.CanceledFailureInfo = new() { Details = ToPayloads(canceled.Details, payloadConverter) };
                break;
            case FailureException:
                // A failure without a kind of its own in the protocol: it comes back as a plain FailureException.
                break;
            default:
                failure.ApplicationFailureInfo = new() { Type = exception.GetType().Name };
                break;
        }

        if (Options.EncodeCommonAttributes)
        {
            failure.EncodedAttributes = payloadConverter.ToPayload(
                new Dictionary<string, string> { ["message"] = failure.Message, ["stack_trace"] = failure.StackTrace }
            );
            failure.Message = EncodedMessage;
            failure.StackTrace = string.Empty;
        }

        return failure;
    }

    /// <inheritdoc />
    public virtual Exception ToException(Failure failure, IPayloadConverter payloadConverter)
    {
        if (failure.EncodedAttributes is { } attributes && TryReadAttributes(attributes, payloadConverter) is { } plain)
        {
            failure = failure.Clone();
            failure.Message = plain.Message;
            failure.StackTrace = plain.StackTrace;
        }

        var cause = failure.Cause is { } inner ? ToException(inner, payloadConverter) : null;
        return failure.FailureInfoCase switch
        {
            Failure.FailureInfoOneofCase.TimeoutFailureInfo => new TimeoutFailureException(failure, cause, payloadConverter),
            Failure.FailureInfoOneofCase.CanceledFailureInfo => new CanceledFailureException(failure, cause, payloadConverter),
            Failure.FailureInfoOneofCase.TerminatedFailureInfo => new TerminatedFailureException(failure, cause, null),
            Failure.FailureInfoOneofCase.ServerFailureInfo => new ServerFailureException(failure, cause),
            Failure.FailureInfoOneofCase.ActivityFailureInfo => new ActivityFailureException(failure, cause),
            Failure.FailureInfoOneofCase.ChildWorkflowExecutionFailureInfo => new ChildWorkflowFailureException(failure, cause),
            Failure.FailureInfoOneofCase.ApplicationFailureInfo => new ApplicationFailureException(failure, cause, payloadConverter),
            _ => new FailureException(failure, cause),
        };
    }

    private static Payloads? ToPayloads(IFailureDetails? details, IPayloadConverter converter)
    {
        var payloads = new Payloads();
        switch (details)
        {
            case OutboundFailureDetails outbound:
                payloads.Payloads_.AddRange(converter.ToPayloads(outbound.Details));
                break;
            case InboundFailureDetails inbound:
                payloads.Payloads_.AddRange(inbound.Payloads);
                break;
            default:
                break;
        }

        return payloads.Payloads_.Count == 0 ? null : payloads;
    }

    private static (string Message, string StackTrace)? TryReadAttributes(Payload attributes, IPayloadConverter converter)
    {
        // Any SDK may have written the attributes, or a codec that is not here: then the message stays as it is.
        try
        {
            var values = converter.ToValue<Dictionary<string, JsonElement>>(attributes);
            return values is null ? null : (Text(values, "message"), Text(values, "stack_trace"));
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            return null;
        }
    }

    private static string Text(Dictionary<string, JsonElement> values, string name) =>
        values.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : string.Empty;

    /// <summary>The converter with <see cref="DefaultFailureConverterOptions.EncodeCommonAttributes" />.</summary>
    public class WithEncodedCommonAttributes : DefaultFailureConverter
    {
        /// <summary>Encoded messages and stack traces.</summary>
        public WithEncodedCommonAttributes()
            : base(new() { EncodeCommonAttributes = true }) { }
    }
}
