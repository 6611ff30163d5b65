global using Step = Orchestrator.Temporal.Sdk.Tests.Scripts.Strand<object?>;
