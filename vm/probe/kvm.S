/*
 * A ROM of 64 KiB that asks the processor for all that a kernel asks first: protected mode, long
 * mode with paging, a page fault in ring 0, the way to ring 3, and from there a system call, an
 * undefined instruction and a page fault. It leaves through QEMU's isa-debug-exit with PASSED only
 * if each of them happened once and where it was meant to. Anything else ends in a triple fault
 * (with -no-reboot QEMU then leaves with status 0) or never ends (the caller has a clock).
 *
 * Why so much: there are hosts on which /dev/kvm opens, a virtual machine can be made, and code in
 * real mode runs and writes to a port, while no kernel ever boots.
 *
 * The ROM is linked to BASE, copies itself there and works in RAM: the processor writes into its
 * tables (accessed, dirty and busy bits), and as every address fits into 16 bits, each descriptor
 * is a constant. The tables' layout: Intel SDM volume 3, chapters 3 (segments), 4 (paging),
 * 6 (interrupts) and 8 (task state).
 */
    .intel_syntax noprefix

    .set BASE, 0x8000           /* where the linker puts us (-Ttext) */
    .set SIZE, 0x6000           /* what is copied: code, tables and stacks */
    .set ROM, 0xf0000           /* where a PC shows its last 64 KiB below 4 GiB again */
    .set NOWHERE, 0x40000000    /* an address that is not mapped */
    .set EXIT_PORT, 0x501       /* isa-debug-exit: QEMU leaves with 2 * value + 1 */
    .set PASSED, 0x2a

    .set KERNEL_CODE32, 0x08
    .set KERNEL_CODE, 0x10      /* SYSCALL loads the segment behind it as data */
    .set KERNEL_DATA, 0x18
    .set USER_BASE, 0x20 | 3    /* SYSRET loads data from base + 8 and code from base + 16 */
    .set USER_DATA, 0x28 | 3
    .set USER_CODE, 0x30 | 3
    .set TASK, 0x38

    .set EFER, 0xc0000080
    .set STAR, 0xc0000081
    .set LSTAR, 0xc0000082
    .set SFMASK, 0xc0000084

    .text
start:

/*
 * Ring 0 in long mode. Everything that happens is counted in r12 (system calls), r13 (undefined
 * instructions) and r14 (page faults, the last one's error code in r15); rbx says where an
 * exception's handler goes on.
 */
    .code64
long_mode_start:
    mov ax, KERNEL_DATA
    mov ds, ax
    mov es, ax
    mov ss, ax
    mov esp, offset kernel_stack
    lidt [idt_pointer]
    mov ax, TASK
    ltr ax

    mov ecx, STAR
    xor eax, eax
    mov edx, (USER_BASE << 16) | KERNEL_CODE
    wrmsr
    mov ecx, LSTAR
    mov eax, offset on_syscall
    xor edx, edx
    wrmsr
    mov ecx, SFMASK
    xor eax, eax
    wrmsr
    mov ecx, EFER
    rdmsr
    or eax, 1                   /* SCE: SYSCALL is an instruction */
    wrmsr

    xor r12d, r12d
    xor r13d, r13d
    xor r14d, r14d
    mov ebx, offset after_kernel_fault
    mov eax, [NOWHERE]
    jmp fail
after_kernel_fault:
    cmp r14d, 1
    jne fail
    test r15d, r15d             /* not present, a read, by the kernel */
    jnz fail

    push USER_DATA              /* the frame that IRETQ takes apart */
    push offset user_stack
    pushf
    push USER_CODE
    push offset ring3
    iretq

ring3:
    mov eax, 7
    syscall
    cmp eax, 8                  /* on_syscall answers with the next number */
    jne fail
    cmp r12d, 1
    jne fail

    mov ebx, offset after_undefined
    ud2
    jmp fail
after_undefined:
    cmp r13d, 1
    jne fail

    mov ebx, offset after_user_fault
    mov dword ptr [NOWHERE], 1
    jmp fail
after_user_fault:
    cmp r14d, 2
    jne fail
    cmp r15d, 6                 /* not present, a write, by a user */
    jne fail

    mov eax, cs
    and eax, 3
    cmp eax, 3                  /* all of this was in ring 3 */
    jne fail
    xor eax, eax                /* system call 0: leave */
    syscall

fail:
    lidt [no_idt]               /* with no handler left, what comes next is a triple fault */
    ud2

on_syscall:
    inc r12d
    test eax, eax
    jz leave
    inc eax
    sysretq

leave:
    cmp r12d, 2
    jne fail
    mov dx, EXIT_PORT
    mov al, PASSED
    out dx, al
    jmp fail

on_undefined:
    inc r13d
    mov [rsp], rbx
    iretq

on_page_fault:
    inc r14d
    pop r15
    mov rax, cr2
    cmp rax, NOWHERE
    jne fail
    mov [rsp], rbx
    iretq

/* Protected mode, still in the ROM: bring it into RAM, switch paging and long mode on. */
    .code32
protected_mode_start:
    mov ax, KERNEL_DATA
    mov ds, ax
    mov es, ax
    mov esi, ROM
    mov edi, BASE
    mov ecx, SIZE
    cld
    rep movsb

    lgdt [gdt_pointer]
    mov eax, 0x20               /* PAE */
    mov cr4, eax
    mov eax, offset page_map
    mov cr3, eax
    mov ecx, EFER
    mov eax, 0x100              /* LME */
    xor edx, edx
    wrmsr
    mov eax, 0x80010001         /* PG, WP, PE */
    mov cr0, eax
    jmp KERNEL_CODE:long_mode_start

    .balign 16
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff    /* KERNEL_CODE32 */
    .quad 0x00af9b000000ffff    /* KERNEL_CODE */
    .quad 0x00cf93000000ffff    /* KERNEL_DATA */
    .quad 0                     /* USER_BASE: for users of 32 bits, which there are none of */
    .quad 0x00cff3000000ffff    /* USER_DATA */
    .quad 0x00affb000000ffff    /* USER_CODE */
    .word 103, task, 0x8900, 0  /* TASK: limit, base, present and free, the rest of the base */
    .quad 0
gdt_end:
gdt_pointer:
    .word gdt_end - gdt - 1
    .long gdt
gdt_pointer_in_rom:
    .word gdt_end - gdt - 1
    .long ROM + gdt - start

    .balign 16
idt:
    .skip 6 * 16
    .word on_undefined, KERNEL_CODE, 0x8e00, 0, 0, 0, 0, 0      /* 6: #UD */
    .skip 7 * 16
    .word on_page_fault, KERNEL_CODE, 0x8e00, 0, 0, 0, 0, 0     /* 14: #PF */
idt_end:
idt_pointer:
    .word idt_end - idt - 1
    .quad idt
no_idt:
    .word 0
    .quad 0

    .balign 16
task:                           /* of its 104 bytes, only the stack for ring 0 matters */
    .long 0
    .quad kernel_stack
    .skip 92

    .balign 4096
page_map:
    .quad directory_pointers + 7            /* present, writable, for users too */
    .skip 4096 - 8
directory_pointers:
    .quad directory + 7
    .skip 4096 - 8
directory:
    .quad 0x87                              /* the first 2 MiB in one page */
    .skip 4096 - 8

    .skip 512
kernel_stack:
    .skip 512
user_stack:

/* Real mode. After a reset the processor starts 16 bytes below the ROM's end. */
    .code16
    .org 0xff80
real_mode_start:
    cli
    lgdt cs:[gdt_pointer_in_rom - start]
    mov eax, 1                  /* PE */
    mov cr0, eax
    .byte 0x66, 0xea            /* a far jump to an offset of 32 bits */
    .long ROM + protected_mode_start - start
    .word KERNEL_CODE32

    .org 0xfff0
    jmp real_mode_start
    .org 0x10000
