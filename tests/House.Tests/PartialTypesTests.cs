using Xunit;

namespace Orchestrator.House.Tests;

public sealed class PartialTypesTests
{
    [Fact]
    public void In_PartOfAClass_CountsItsLinesFromDeclarationToEnd() =>
        Assert.Equal(
            [new PartialType("A.B.Parts", 4), new PartialType("A.B.More", 3)],
            PartialTypes.In(
                """
                using System;

                namespace A.B;

                /// <summary>Number of the part.</summary>
                internal sealed partial class Parts(int number)
                {
                    public int Number => number;
                }

                public readonly partial record struct More
                {
                }

                internal sealed class Whole
                {
                }

                """
            )
        );

    [Fact]
    public void In_WhatAGeneratorCompletes_IsLeftOut() =>
        Assert.Empty(
            PartialTypes.In(
                """
                namespace A;

                internal static partial class Log
                {
                    [LoggerMessage(1, LogLevel.Information, "It began.")]
                    public static partial void Began(ILogger logger);
                }

                [JsonSerializable(typeof(int))]
                internal sealed partial class Json : JsonSerializerContext
                {
                }

                """
            )
        );
}
