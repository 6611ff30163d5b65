using System.Reflection;
using Temporalio.Client;
using Temporalio.Client.Schedules;
using Temporalio.Common;
using Temporalio.Converters;

namespace Orchestrator.Temporal.Sdk.Tests.Surface;

/// <summary>What the list of the official SDK's members does not say of them, and code that is written against it rests on.</summary>
public sealed class ShapeTests
{
    [Theory]
    [InlineData(typeof(WorkflowHandle))]
    [InlineData(typeof(WorkflowHandle<object>))]
    [InlineData(typeof(WorkflowHandle<object, object>))]
    [InlineData(typeof(ScheduleHandle))]
    [InlineData(typeof(WorkflowUpdateHandle))]
    [InlineData(typeof(WorkflowUpdateHandle<object>))]
    [InlineData(typeof(AsyncActivityHandle))]
    [InlineData(typeof(DefaultPayloadConverter))]
    [InlineData(typeof(DefaultFailureConverter))]
    [InlineData(typeof(BinaryNullConverter))]
    [InlineData(typeof(BinaryPlainConverter))]
    [InlineData(typeof(JsonPlainConverter))]
    [InlineData(typeof(JsonProtoConverter))]
    [InlineData(typeof(BinaryProtoConverter))]
    public void Members_OfWhatTestsReplace_AreVirtual(Type type)
    {
        var sealedOnes = type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(method =>
                (!method.IsVirtual || method.IsFinal)
                && !method.IsSpecialName
                && !method.Name.StartsWith('<')
                && method.Name is not ("Deconstruct" or "Equals" or "Clone")
            )
            .Select(method => method.Name);

        Assert.Equal([], sealedOnes);
        Assert.False(type.IsSealed);
    }

    [Fact]
    public void ScheduleRange_OfOneValue_GoesFromItToItself()
    {
        var range = new ScheduleRange(1);

        Assert.Equal((1, 1, 1), (range.Start, range.End, range.Step));
    }

    [Fact]
    public void PayloadConverter_OfEncodingsOfOnesOwn_UsesThem()
    {
        var converter = new DefaultPayloadConverter(new BinaryNullConverter(), new JsonPlainConverter(new()));

        Assert.Equal("json/plain", converter.ToPayload(new byte[] { 1 }).Metadata["encoding"].ToStringUtf8());
    }

    [Fact]
    public void SearchAttributeKeys_Sorted_AreInTheOrderOfTheirNames()
    {
        SearchAttributeKey[] keys =
        [
            SearchAttributeKey.CreateText("b"),
            SearchAttributeKey.CreateLong("c"),
            SearchAttributeKey.CreateKeyword("a"),
        ];

        Assert.Equal(["a", "b", "c"], keys.Order().Select(key => key.Name));
    }
}
