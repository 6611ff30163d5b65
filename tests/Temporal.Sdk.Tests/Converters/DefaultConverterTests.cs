using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Api.Enums.V1;
using Temporalio.Api.Failure.V1;
using Temporalio.Converters;
using Temporalio.Exceptions;

namespace Orchestrator.Temporal.Sdk.Tests.Converters;

public sealed class DefaultConverterTests
{
    private static readonly DefaultPayloadConverter Converter = new();

    public static TheoryData<object?, string, string> Values =>
        new()
        {
            { null, "binary/null", string.Empty },
            { new byte[] { 65, 66 }, "binary/plain", "AB" },
            {
                new WorkflowType { Name = "x" },
                "json/protobuf",
                """{ "name": "x" }"""
            },
            { "text", "json/plain", "\"text\"" },
            { 5, "json/plain", "5" },
            { new Point(1, null), "json/plain", """{"X":1,"Name":null}""" },
        };

    public sealed record Point(int X, string? Name);

    [Theory]
    [MemberData(nameof(Values))]
    public void Payload_OfAValue_HasItsEncodingAndReadsBack(object? value, string encoding, string data)
    {
        var payload = Converter.ToPayload(value);
        Assert.Equal(encoding, payload.Metadata["encoding"].ToStringUtf8());
        Assert.Equal(data, payload.Data.ToStringUtf8());
        Assert.Equal(value, Converter.ToValue(payload, value?.GetType() ?? typeof(string)));
    }

    [Theory]
    [InlineData("json/protobuf")]
    [InlineData("binary/protobuf")]
    public void Message_ReadAsAnotherType_IsRefusedByItsName(string encoding)
    {
        var message = new Temporalio.Api.Common.V1.WorkflowType { Name = "x" };
        IEncodingConverter converter = encoding == "json/protobuf" ? new JsonProtoConverter() : new BinaryProtoConverter();
        Assert.True(converter.TryToPayload(message, out var payload));

        Assert.Equal(message, converter.ToValue(payload, typeof(Temporalio.Api.Common.V1.WorkflowType)));
        var other = Assert.Throws<ArgumentException>(() => converter.ToValue(payload, typeof(Temporalio.Api.Common.V1.ActivityType)));
        Assert.Contains("temporal.api.common.v1.WorkflowType", other.Message, StringComparison.Ordinal);
        var none = Assert.Throws<ArgumentException>(() => converter.ToValue(payload, typeof(string)));
        Assert.Contains("Payload is protobuf message, but type is System.String", none.Message, StringComparison.Ordinal);

        // Other SDKs may leave the name out.
        payload.Metadata.Remove("messageType");
        Assert.Equal(message, converter.ToValue(payload, typeof(Temporalio.Api.Common.V1.WorkflowType)));
    }

    [Fact]
    public void Payload_OfAMessageInBinary_IsRead()
    {
        var message = new WorkflowType { Name = "x" };
        new BinaryProtoConverter().TryToPayload(message, out var payload);
        Assert.Equal("temporal.api.common.v1.WorkflowType", payload!.Metadata["messageType"].ToStringUtf8());
        Assert.Equal(message, Converter.ToValue<WorkflowType>(payload));
    }

    [Fact]
    public void Payload_ThatCannotBeRead_SaysWhy()
    {
        var unknown = new Payload { Metadata = { ["encoding"] = ByteString.CopyFromUtf8("turned") } };
        Assert.Contains(
            "turned",
            Assert.Throws<ArgumentException>(() => Converter.ToValue<string>(unknown)).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentException>(() => Converter.ToValue<string>(new Payload()));
        Assert.Throws<ArgumentException>(() => Converter.ToValue<int>(Converter.ToPayload(null)));
        Assert.Throws<JsonException>(() => Converter.ToValue<int>(Converter.ToPayload("text")));
    }

    [Fact]
    public void RawValue_InEitherDirection_IsPassedThrough()
    {
        var payload = Converter.ToPayload(5);
        Assert.Same(payload, Converter.ToPayload(new RawValue(payload)));
        Assert.Same(payload, Converter.ToValue<IRawValue>(payload).Payload);
    }

    [Fact]
    public void JsonCommonTypes_AreReadAsPlainValues()
    {
        var converter = new DefaultPayloadConverter(new JsonSerializerOptions { Converters = { JsonCommonTypeConverter.Instance } });
        var value = Assert.IsType<Dictionary<string, object?>>(
            converter.ToValue<object>(Converter.ToPayload(new { a = 1, b = new object?[] { true, null, 1.5, "x" } }))
        );
        Assert.Equal(1L, value["a"]);
        Assert.Equal([true, null, 1.5, "x"], Assert.IsType<List<object?>>(value["b"]));
    }

    [TemporalTransferTypeConverter(typeof(CelsiusConverter))]
    public sealed record Celsius(double Degrees);

    public sealed class CelsiusConverter : ITemporalTransferTypeConverter
    {
        public Type TransferType => typeof(string);

        public object? ToTransferType(object? value) => $"{((Celsius)value!).Degrees} C";

        public object? FromTransferType(object? transferType) =>
            new Celsius(double.Parse(((string)transferType!)[..^2], System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public void TransferType_OfAValue_IsWhatTravels()
    {
        var payload = Converter.ToPayload(new Celsius(21.5));
        Assert.Equal("\"21.5 C\"", payload.Data.ToStringUtf8());
        Assert.Equal(new Celsius(21.5), Converter.ToValue<Celsius>(payload));
    }

    [Fact]
    public void Failure_OfExceptions_ReadsBackWithTypesDetailsAndCauses()
    {
        var failures = new DefaultFailureConverter();
        var thrown = new ApplicationFailureException(
            "outer",
            new InvalidOperationException("inner"),
            "Kind",
            nonRetryable: true,
            details: [1, "two"],
            TimeSpan.FromSeconds(3),
            ApplicationErrorCategory.Benign
        );
        var failure = failures.ToFailure(thrown, Converter);
        var read = Assert.IsType<ApplicationFailureException>(failures.ToException(failure, Converter));
        Assert.Equal(
            ("outer", "Kind", true, TimeSpan.FromSeconds(3), ApplicationErrorCategory.Benign),
            (read.Message, read.ErrorType, read.NonRetryable, read.NextRetryDelay!.Value, read.Category)
        );
        Assert.Equal((1, "two"), (read.Details.ElementAt<int>(0), read.Details.ElementAt<string>(1)));
        Assert.Equal("InvalidOperationException", Assert.IsType<ApplicationFailureException>(read.InnerException).ErrorType);

        // What came from the server goes on as it came.
        Assert.Same(failure, failures.ToFailure(read, Converter));
    }

    public static TheoryData<Failure, Type> Kinds =>
        new()
        {
            {
                new() { TimeoutFailureInfo = new() { TimeoutType = TimeoutType.Heartbeat } },
                typeof(TimeoutFailureException)
            },
            {
                new() { CanceledFailureInfo = new() },
                typeof(CanceledFailureException)
            },
            {
                new() { TerminatedFailureInfo = new() },
                typeof(TerminatedFailureException)
            },
            {
                new() { ServerFailureInfo = new() { NonRetryable = true } },
                typeof(ServerFailureException)
            },
            {
                new() { ActivityFailureInfo = new() { ActivityId = "1" } },
                typeof(ActivityFailureException)
            },
            {
                new() { ChildWorkflowExecutionFailureInfo = new() { Namespace = "n" } },
                typeof(ChildWorkflowFailureException)
            },
            {
                new() { ResetWorkflowFailureInfo = new() },
                typeof(FailureException)
            },
            { new(), typeof(FailureException) },
        };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Exception_OfAFailure_IsOfItsKind(Failure failure, Type type) =>
        Assert.IsType(type, new DefaultFailureConverter().ToException(failure, Converter));

    [Fact]
    public void Failure_WithEncodedAttributes_HidesMessageAndTrace()
    {
        var failures = new DefaultFailureConverter.WithEncodedCommonAttributes();
        var failure = failures.ToFailure(
            new ApplicationFailureException("secret", new InvalidOperationException("secret cause")),
            Converter
        );
        Assert.Equal("Encoded failure", failure.Message);
        Assert.DoesNotContain(
            "secret",
            Encoding.UTF8.GetString(
                new Failure(failure)
                {
                    EncodedAttributes = null,
                    Cause = new(failure.Cause) { EncodedAttributes = null },
                }.ToByteArray()
            ),
            StringComparison.Ordinal
        );
        var read = new DefaultFailureConverter().ToException(failure, Converter);
        Assert.Equal(("secret", "secret cause"), (read.Message, read.InnerException?.Message));
    }
}
